import { randomUUID } from 'node:crypto';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { ask, read } from './support/http';
import { itasMessage } from './support/itas-message';
import { connectorFor, emptyMailbox, messageIdsInLog, poll } from './support/itas-polling';
import { SAMPLES } from './support/itas-samples';
import { ItasServer } from './support/itas-server';
import { refuseRows } from './support/refuse-rows';

type Json = Record<string, unknown>;

let itas: ItasServer;
let gateway: Gateway;

beforeAll(async () => {
  itas = await ItasServer.start({ maxWaitMs: 0 });
  gateway = await startGateway({ env: { ...itas.environment(1, '3-8'), ITAS_TIMEOUT_MS: '1000' } });
  await emptyMailbox(gateway);
});
beforeEach(() => gateway.dataSource.query('TRUNCATE itas_dead_letter RESTART IDENTITY'));
afterEach(() => itas.recover());
afterAll(async () => {
  await gateway.close();
  await itas.stop();
});

/** Puts a text into the mailbox, which may be anything. @returns the id of the message */
function put(text: string): string {
  const messageId = randomUUID();
  itas.mailbox().add(messageId, text.replace('@id@', messageId));
  return messageId;
}

async function deadLetters(): Promise<Json[]> {
  const { body } = await read(gateway, '/itas-events/dead-letters', { scope: 'itas:read' });
  return body['items'] as Json[];
}

async function retry(id: unknown): Promise<Json> {
  const authorization = `Bearer ${await gateway.token({ scope: 'itas:admin' })}`;
  const url = `${gateway.url}/itas-events/dead-letters/${String(id)}/retry`;
  return (await ask(url, { method: 'POST', headers: { authorization } })).body;
}

function withId(message: Json, changes: Json = {}): string {
  return JSON.stringify({ ...message, MessageId: '@id@', ...changes });
}

const INVOICE = itasMessage('TID-013');

describe('a message that can not be understood', () => {
  it.each([
    [
      'is no JSON, as the samples of the document',
      SAMPLES['TID-002'].replace('d6c94090-97b4-ea11-845d-20677cddb4f2', '@id@'),
      /^The body is not valid JSON at position \d+ \(line 15 column \d+\)\.$/,
    ],
    [
      'is cut off',
      withId(INVOICE).slice(0, -20),
      /^The body is not valid JSON: it ends too early\.$|^The body is not valid JSON at position/,
    ],
    [
      'has an unknown template',
      withId(INVOICE).replace('TID-013', 'TID-020'),
      /^\/MessageBody\/TID must be one of/,
    ],
    [
      'lacks what its template asks for',
      withId(INVOICE).replace('"DocumentReference"', '"Reference"'),
      /^\/MessageBody\/InnerBody\/DocumentReference is required$/,
    ],
    ['has a broken envelope', withId(INVOICE, { Topic: 'x' }), /^\/Topic must be the number of a topic/],
  ])('since it %s, is kept with its text, told, and then confirmed', async (_case, text, error) => {
    const before = await headOf(gateway);
    const messageId = put(text);
    const next = itasMessage('TID-013');
    itas.publish(next);
    expect(await emptyMailbox(gateway)).toEqual(['dead-lettered', 'accepted', 'idle']);
    expect(itas.mailbox().confirmed.slice(-2)).toEqual([messageId, next['MessageId']]);

    const [letter, ...others] = await deadLetters();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({
      messageId,
      source: 'mailbox',
      attempts: 1,
      state: 'open',
      error: expect.stringMatching(error) as string,
    });
    const { body } = await read(gateway, `/itas-events/dead-letters/${String(letter?.['id'])}`, {
      scope: 'itas:read',
    });
    const asCame = text.replace('@id@', messageId).replace(/"LockId":"[^"]*"/, '');
    expect(String(body['original']).replace(/"LockId":"[^"]*"/, '')).toBe(asCame);
    const [told] = await eventsOf(gateway, before);
    expect(told).toMatchObject({
      type: 'itas.message.dead-lettered',
      subject: messageId,
      correlationId: letter?.['transactionId'],
      data: {
        deadLetterId: letter?.['id'],
        messageId,
        source: 'mailbox',
        attempts: 1,
        error: letter?.['error'],
      },
    });
  });

  it('is kept and told once, also when it comes again before it was confirmed', async () => {
    const before = await headOf(gateway);
    const messageId = put(SAMPLES['TID-013'].replace('d6c94090-97b4-ea11-845d-20677cddb4f2', '@id@'));
    itas.fail('DELETE /Events/Confirm', 503);
    expect(await poll(gateway)).toBe('failed');
    itas.advance(10_000);
    expect(await poll(gateway)).toBe('dead-lettered');
    expect(await eventsOf(gateway, before)).toHaveLength(1);
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
  });

  it('is kept when its id is taken by another message, which stands', async () => {
    const first = itasMessage('TID-013');
    const other = { ...first, CompanyCode: 'AA' };
    itas.publish(first);
    itas.mailbox().add(String(first['MessageId']), JSON.stringify(other));
    expect(await emptyMailbox(gateway)).toEqual(['accepted', 'dead-lettered', 'idle']);
    const error = `Another message has come with the MessageId ${String(first['MessageId'])}. That one stands.`;
    expect(await deadLetters()).toMatchObject([{ error }]);
  });

  it('is kept when its text has another id than it was announced by', async () => {
    const messageId = randomUUID();
    const nested = { Note: { MessageId: messageId } };
    itas.mailbox().add(messageId, JSON.stringify({ ...nested, ...INVOICE }).replace(/\}$/, ',}'));
    expect(await poll(gateway)).toBe('dead-lettered');
    expect(await deadLetters()).toMatchObject([{ messageId }]);
  });

  it('is kept, and stays kept, when it has two ids: never is the other one taken in', async () => {
    const before = await headOf(gateway);
    const [messageId, other] = [randomUUID(), randomUUID()];
    itas.mailbox().add(messageId, JSON.stringify({ messageid: messageId, ...INVOICE, MessageId: other }));
    expect(await emptyMailbox(gateway)).toEqual(['dead-lettered', 'idle']);
    const [letter] = await deadLetters();
    expect(letter).toMatchObject({ messageId, error: `/MessageId must be ${messageId}` });
    expect(await retry(letter?.['id'])).toMatchObject({
      status: 409,
      type: 'urn:problem-type:karere:dead-letter-failed-again',
      errors: [{ pointer: '/MessageId' }],
    });
    expect(await messageIdsInLog(gateway, before)).toEqual([]);
  });
});

describe('a message that can not be stored', () => {
  it('is given up at the tenth attempt, whoever makes it, and taken in when it is tried again', async () => {
    const messageId = put(withId(INVOICE));
    const replica = connectorFor(gateway, itas.environment(1, '3-8'));
    await refuseRows(gateway, 'itas_message', async () => {
      for (let attempt = 1; attempt < 10; attempt += 1) {
        if (attempt === 5) await gateway.dataSource.query('UPDATE itas_mailbox SET held_until = now()');
        expect(await poll(attempt < 5 ? gateway : replica)).toBe('failed');
        itas.advance(10_000);
      }
      expect(await deadLetters()).toEqual([]);
      expect(await poll(replica)).toBe('dead-lettered');
    });
    await gateway.dataSource.query('UPDATE itas_mailbox SET held_until = now()');
    await replica.close();
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
    const [letter] = await deadLetters();
    expect(letter).toMatchObject({ messageId, attempts: 10 });
    expect(letter?.['error']).toMatch(/violates check constraint/);

    const before = await headOf(gateway);
    expect(await retry(letter?.['id'])).toEqual({ messageId, status: 'accepted' });
    expect(await messageIdsInLog(gateway, before)).toEqual([messageId]);
  });

  it('is not given up for a database that can not store anything', async () => {
    await gateway.dataSource.query(`
      CREATE FUNCTION be_away() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'too slow' USING ERRCODE = '57014'; END $$`);
    await gateway.dataSource.query(
      'CREATE TRIGGER away BEFORE INSERT ON itas_message FOR EACH ROW EXECUTE FUNCTION be_away()',
    );
    const messageId = put(withId(INVOICE));
    for (let attempt = 0; attempt < 12; attempt += 1) {
      expect(await poll(gateway)).toBe('failed');
      itas.advance(10_000);
    }
    await gateway.dataSource.query('DROP FUNCTION be_away CASCADE');
    expect(await poll(gateway)).toBe('accepted');
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
    expect(await deadLetters()).toEqual([]);
  });

  it('stays in the mailbox when it can not even be kept as a dead letter', async () => {
    const messageId = put(withId(INVOICE).replace('TID-013', 'TID-020'));
    await refuseRows(gateway, 'itas_dead_letter', async () => {
      for (let attempt = 0; attempt < 12; attempt += 1) {
        expect(await poll(gateway)).toBe('failed');
        itas.advance(10_000);
      }
    });
    expect(itas.mailbox().first?.messageId).toBe(messageId);
    expect(await poll(gateway)).toBe('dead-lettered');
  });
});
