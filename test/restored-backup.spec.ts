import { GapReplay } from '../src/spg/gap-replay.service';
import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { copyDatabase, createDatabase, dropDatabase } from './support/database';
import { headOf } from './support/events';
import { afterOpening, arrive, briefGapsOf } from './support/gaps';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import { Subscriber, subscriptionTo } from './support/subscriber';
import { TffPlatform } from './support/tff-platform';
import { type Received, WebhookReceiver } from './support/webhook-receiver';

let tff: TffPlatform;
let receiver: WebhookReceiver;
let lostUrl: string;
let backupUrl: string;
/** What came before the backup was made, since then, and from the restored gateway. */
const came: Record<'before' | 'since' | 'restored', Received[]> = { before: [], since: [], restored: [] };
let headBeforeTheLoss: number;
let restored: Gateway;

function start(url: string): Promise<Gateway> {
  return startGateway({ databaseUrl: url, env: tff.environment });
}

async function deliver(gateway: Gateway): Promise<Received[]> {
  await gateway.settle();
  await gateway.deliver();
  return receiver.received.splice(0);
}

function numbersOf(received: readonly Received[]): string[] {
  return received
    .map(({ body }) => `${body.eventId}: ${String((body.payload as { eventId?: string }).eventId)}`)
    .toSorted();
}

beforeAll(async () => {
  [tff, receiver, lostUrl] = await Promise.all([
    TffPlatform.start(),
    WebhookReceiver.start(),
    createDatabase(),
  ]);
  let gateway = await start(lostUrl);
  await new Subscriber(gateway).subscribe(
    subscriptionTo(receiver.url, {
      eventType: 'spg.task.added',
      notificationChannels: { webhook: [{ callbackUri: receiver.url, errorStrategy: 'retry' }] },
    }),
  );
  await arrive(gateway, 1, 2, 3);
  came.before = await deliver(gateway);
  await arrive(gateway, 4);
  await gateway.settle();
  await gateway.close();
  backupUrl = await copyDatabase(lostUrl);

  gateway = await start(lostUrl);
  await arrive(gateway, 5, 6, 7);
  came.since = await deliver(gateway);
  headBeforeTheLoss = await headOf(gateway);
  await gateway.close();
  restored = await start(backupUrl);
});
afterAll(async () => {
  await restored.close();
  await Promise.all([tff.stop(), receiver.close(), dropDatabase(lostUrl), dropDatabase(backupUrl)]);
});

describe('when an older state of the database was restored', () => {
  it('a reader of the event log who is ahead of it is told so, instead of missing what comes', async () => {
    const answer = await read(restored, `/domain-events?after=${headBeforeTheLoss}`, {
      scope: 'events:read',
    });
    expect(answer.status).toBe(400);
    expect(answer.body['detail']).toContain(`${await headOf(restored)}. Perhaps the database was restored`);
  });

  it('what was accepted since is found missing by the next notification, and asked for', async () => {
    await arrive(restored, 8);
    await restored.settle('spg-gaps');
    const now = await afterOpening(restored, 60_000);
    await restored.app.get(GapConfirmation).confirmOverdue(now);
    expect(await briefGapsOf(restored)).toEqual(['5-7 confirmed']);
    expect(await restored.app.get(GapReplay).requestDue(now)).toBe(1);
    await arrive(restored, 5, 6, 7);
    await restored.settle();
    expect(await briefGapsOf(restored)).toEqual(['5-7 healed replay']);
  });

  it('what was queued then is delivered again, by the same webhook-id: receivers drop it', async () => {
    came.restored = await deliver(restored);
    const again = came.since.find(({ body }) => body.eventId === '4');
    const now = came.restored.find(({ body }) => body.eventId === '4');
    expect(now?.headers['webhook-id']).toBe(again?.headers['webhook-id']);
    expect(now?.text).toBe(again?.text);
  });

  it('numbers that were given since are given a second time, with other webhook-ids', () => {
    expect(numbersOf(came.before)).toEqual(['1: 1', '2: 2', '3: 3']);
    expect(numbersOf(came.since)).toEqual(['4: 4', '5: 5', '6: 6', '7: 7']);
    expect(numbersOf(came.restored)).toEqual(['4: 4', '5: 8', '6: 5', '7: 6', '8: 7']);
    const known = new Set(came.since.map(({ headers }) => headers['webhook-id']));
    expect(came.restored.filter(({ headers }) => known.has(headers['webhook-id']))).toHaveLength(1);
  });
});
