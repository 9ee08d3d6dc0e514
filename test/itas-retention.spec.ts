import { ItasRetention } from '../src/itas-events/itas-retention.service';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';
import { itasMessage, push } from './support/itas-message';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-22T00:00:00Z');
const DAYS = 30;

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ env: { RETENTION_DAYS: String(DAYS) } });
});
afterEach(() => gateway.dataSource.query('TRUNCATE itas_message, itas_dead_letter'));
afterAll(() => gateway.close());

function ago(days: number, milliseconds = 0): Date {
  return new Date(NOW.getTime() - days * DAY_MS - milliseconds);
}

async function message(receivedAt: Date): Promise<string> {
  const { MessageId } = itasMessage('TID-002');
  await push(gateway, itasMessage('TID-002', { '/MessageId': MessageId }));
  await gateway.dataSource.query('UPDATE itas_message SET received_at = $2 WHERE message_id = $1', [
    MessageId,
    receivedAt,
  ]);
  return String(MessageId);
}

/** Kept so long ago, and closed then, if it is. */
async function deadLetter(state: 'open' | 'taken-in' | 'discarded', at: Date): Promise<string> {
  const { body } = await push(gateway, itasMessage('TID-002', { '/MessageBody/TID': 'TID-099' }));
  const id = String(body['deadLetterId']);
  await gateway.dataSource.query(
    `UPDATE itas_dead_letter SET state = $2, created_at = $3,
       closed_at = CASE WHEN $2 = 'open' THEN NULL ELSE $3::timestamptz END
     WHERE id = $1`,
    [id, state, at],
  );
  return id;
}

async function idsAt(path: string, name: string): Promise<unknown[]> {
  const authorization = `Bearer ${await gateway.token({ scope: 'itas:read' })}`;
  const { body } = await ask(`${gateway.url}/itas-events/${path}`, { headers: { authorization } });
  return (body['items'] as Record<string, unknown>[]).map((item) => item[name]);
}

function lastDrop(): Record<string, unknown> | undefined {
  return gateway.logs.findLast(({ msg }) => msg === 'messages of ITAS older than the retention were dropped');
}

function dropOld(): Promise<void> {
  return gateway.app.get(ItasRetention).dropOld(NOW);
}

it('messages go with their originals when they came longer ago than the retention, and not before', async () => {
  await message(ago(DAYS, 1));
  const young = await message(ago(DAYS));
  await dropOld();
  expect(await idsAt('messages', 'messageId')).toEqual([young]);
  expect(lastDrop()).toMatchObject({ messages: 1, deadLetters: 0 });
});

it('dead letters that were dealt with go so long after that; those that wait for a person stay', async () => {
  await deadLetter('taken-in', ago(DAYS, 1));
  await deadLetter('discarded', ago(DAYS, 1));
  const kept = [
    await deadLetter('open', ago(10 * DAYS)),
    await deadLetter('taken-in', ago(DAYS)),
    await deadLetter('discarded', ago(DAYS)),
  ];
  await dropOld();
  expect(await idsAt('dead-letters', 'id')).toEqual(kept.toReversed());
});

it('goes on until nothing old is left, also when it is a lot', async () => {
  await message(ago(DAYS, 1));
  const columns = `fingerprint, topic, origin_topic, tid, company_code, entity_id, entity_type, enqueued_at,
    source, transaction_id, data, body, repaired, received_at, search`;
  await gateway.dataSource.query(
    `INSERT INTO itas_message (message_id, ${columns})
     SELECT gen_random_uuid(), ${columns} FROM itas_message, generate_series(1, 2499)`,
  );
  const young = await message(ago(1));
  await dropOld();
  expect(await idsAt('messages', 'messageId')).toEqual([young]);
  expect(lastDrop()).toMatchObject({ messages: 2500 });
});
