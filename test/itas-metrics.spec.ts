import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';
import { itasMessage, push } from './support/itas-message';
import { emptyMailbox, poll } from './support/itas-polling';
import { ItasServer } from './support/itas-server';
import { metricOf } from './support/metrics';

let itas: ItasServer;
let gateway: Gateway;

beforeAll(async () => {
  itas = await ItasServer.start({ maxWaitMs: 0 });
  gateway = await startGateway({ env: itas.environment(1, '3-8') });
});
afterEach(() => itas.recover());
afterAll(async () => {
  await gateway.close();
  await itas.stop();
});

async function told(): Promise<Record<string, unknown>> {
  const { status, body } = await ask(`${gateway.url}/health/ready`);
  expect([status, body['status']]).toEqual([200, 'ready']);
  return (body['information'] as { itas: Record<string, unknown> }).itas;
}

function mailbox(metric: string): Promise<number | undefined> {
  return metricOf(gateway, `karere_itas_mailbox_${metric}`);
}

/** A message that has waited for so long. */
function late(seconds: number): Record<string, unknown> {
  const enqueued = new Date(Date.now() - seconds * 1000).toISOString().replace('Z', '');
  return itasMessage('TID-013', { '/EnqueueTime': enqueued });
}

describe('the mailbox', () => {
  it('that nobody has polled yet says nothing of itself', async () => {
    expect(await told()).toEqual({ subscriber: 'karere', polled: false });
    expect(await mailbox('last_poll_timestamp_seconds')).toBeUndefined();
    expect(await mailbox('lag_seconds')).toBeUndefined();
    expect(await mailbox('failing')).toBe(0);
  });

  it('tells how late its messages are, and how many wait', async () => {
    await emptyMailbox(gateway);
    for (const seconds of [300, 200, 100]) itas.publish(late(seconds));
    expect(await poll(gateway)).toBe('accepted');
    expect(await mailbox('lag_seconds')).toBeCloseTo(300, -1);
    expect(await mailbox('waiting_messages')).toBe(2);
    expect(await mailbox('last_poll_timestamp_seconds')).toBeCloseTo(Date.now() / 1000, -1);
    expect(await told()).toEqual({
      subscriber: 'karere',
      polled: true,
      lastPollAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      lagSeconds: expect.closeTo(300, -1) as number,
      waiting: 2,
    });
    await emptyMailbox(gateway);
    expect([await mailbox('lag_seconds'), await mailbox('waiting_messages')]).toEqual([0, 0]);
  });

  it('that fails says since when and why; the process stays ready', async () => {
    itas.fail('GET /Events/Peek', 503, 2);
    expect([await poll(gateway), await poll(gateway)]).toEqual(['failed', 'failed']);
    expect(await mailbox('failing')).toBe(1);
    const { failingSince, ...rest } = await told();
    expect(Date.parse(String(failingSince))).toBeGreaterThan(Date.now() - 10_000);
    expect(rest).toMatchObject({ polled: true, error: 'ITAS answered 503 to GET /Events/Peek' });

    await gateway.dataSource.query(`UPDATE itas_mailbox SET failing_since = now() - interval '1 hour'`);
    expect(await mailbox('lag_seconds')).toBeCloseTo(3600, -1);

    expect(await poll(gateway)).toBe('idle');
    expect(await mailbox('failing')).toBe(0);
    expect(await told()).not.toHaveProperty('error');
  });

  it('is one of the installation: a replica that does not poll it knows the same', async () => {
    await poll(gateway);
    const replica = await startGateway({
      databaseUrl: gateway.databaseUrl,
      env: itas.environment(1, '3-8'),
    });
    expect(await metricOf(replica, 'karere_itas_mailbox_lag_seconds')).toBe(0);
    const { body } = await ask(`${replica.url}/health/ready`);
    expect(body['information']).toMatchObject({ itas: { polled: true } });
    await replica.close();
  });
});

it('messages are counted by how they came and what became of them', async () => {
  const total = (source: string, outcome: string): Promise<number | undefined> =>
    metricOf(gateway, `karere_itas_messages_total{source="${source}",outcome="${outcome}"}`);
  const before = (await total('mailbox', 'accepted')) ?? 0;
  const message = itasMessage('TID-013');
  itas.publish(message);
  itas.publish(message);
  itas.publish(itasMessage('TID-013', { '/MessageBody/TID': 'TID-099' }));
  await emptyMailbox(gateway);
  await push(gateway, message);
  await push(gateway, itasMessage('TID-014'));
  await push(gateway, itasMessage('TID-014', { '/MessageBody/TID': 'TID-099' }));
  await push(gateway, {});
  expect(await total('mailbox', 'accepted')).toBe(before + 1);
  expect(await total('mailbox', 'duplicate')).toBe(1);
  expect(await total('mailbox', 'dead-lettered')).toBe(1);
  expect(await total('push', 'accepted')).toBe(1);
  expect(await total('push', 'duplicate')).toBe(1);
  expect(await total('push', 'dead-lettered')).toBe(1);
  expect(await metricOf(gateway, 'karere_itas_dead_letters')).toBe(2);
});

it('a message counts when it is stored, and once more when it comes again since it was not confirmed', async () => {
  const names = ['accepted', 'duplicate'].map(
    (outcome) => `karere_itas_messages_total{source="mailbox",outcome="${outcome}"}`,
  );
  const counts = (): Promise<(number | undefined)[]> =>
    Promise.all(names.map((name) => metricOf(gateway, name)));
  const [accepted = 0, duplicate = 0] = await counts();
  itas.publish(itasMessage('TID-013'));
  itas.fail('DELETE /Events/Confirm', 503);
  expect(await poll(gateway)).toBe('failed');
  expect(await counts()).toEqual([accepted + 1, duplicate]);
  itas.advance(10_000);
  await emptyMailbox(gateway);
  expect(await counts()).toEqual([accepted + 1, duplicate + 1]);
});

it('a number of waiting messages that no database column holds does not cost the mailbox', async () => {
  const message = itasMessage('TID-013');
  itas.publish(message);
  itas.fail('GET /Events/Peek', {
    answer: { MessageCount: 4_000_000_000, NextMessageId: message['MessageId'] },
  });
  expect(await poll(gateway)).toBe('accepted');
  expect(await mailbox('waiting_messages')).toBe(2_147_483_646);
  await emptyMailbox(gateway);
});

it('a gateway without a mailbox says nothing of one', async () => {
  const other = await startGateway();
  const { body } = await ask(`${other.url}/health/ready`);
  expect(body['information']).toEqual({});
  expect(await metricOf(other, 'karere_itas_mailbox_failing')).toBeUndefined();
  expect(await metricOf(other, 'karere_itas_dead_letters')).toBe(0);
  await other.close();
});
