import type { ConnectorTimes, ItasConnector } from '../src/itas-events/itas-connector';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';
import { itasMessage } from './support/itas-message';
import { connectorFor, emptyMailbox, poll, pollOnce } from './support/itas-polling';
import { ItasServer } from './support/itas-server';
import { metricOf } from './support/metrics';

let itas: ItasServer;
let elsewhere: ItasServer;
let gateway: Gateway;
const connectors: ItasConnector[] = [];

beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(async () => {
  // A server may get the port of one before it, whose mailboxes it does not have.
  await gateway.dataSource.query('TRUNCATE itas_mailbox');
  [itas, elsewhere] = await Promise.all([startItas(), startItas()]);
});
afterEach(async () => {
  for (const connector of connectors.splice(0)) await connector.close();
  await Promise.all([itas.stop(), elsewhere.stop()]);
});
afterAll(() => gateway.close());

function startItas(): Promise<ItasServer> {
  return ItasServer.start({ maxWaitMs: 0 });
}

/** The connector as it is when the gateway is started with this configuration, by itself. */
async function started(env: Record<string, string>, times?: ConnectorTimes): Promise<ItasConnector> {
  await gateway.dataSource.query('UPDATE itas_mailbox SET held_until = now()');
  const connector = connectorFor(gateway, env, times);
  connectors.push(connector);
  itas.requests.length = 0;
  return connector;
}

function subscriptions(): string[] {
  return [...itas.mailbox().subscriptions].toSorted((a, b) => (a < b ? -1 : 1));
}

describe.each([1, 2] as const)('the mailbox at ITAS by v%d', (version) => {
  const register = version === 1 ? 'POST /Events/Register' : 'POST /Subscribers/karere';

  it('is registered once, and subscribed to what is configured', async () => {
    const first = await started(itas.environment(version, '3-10', '6-21'));
    await emptyMailbox(first);
    expect(subscriptions()).toEqual(['GF 3-10', 'GF 6-21']);
    expect(itas.calls.slice(0, 1)).toEqual([register]);
    expect(itas.calls).toHaveLength(4);

    const second = await started(itas.environment(version, '3-10', '6-21'));
    await emptyMailbox(second);
    expect(itas.calls).toHaveLength(1); // the poll
  });

  it('is subscribed to what is new, and not any more to what was removed', async () => {
    await emptyMailbox(await started(itas.environment(version, '3-8', '3-10', '6-21')));
    await emptyMailbox(await started(itas.environment(version, '3-10', '2-220')));
    expect(subscriptions()).toEqual(['GF 2-220', 'GF 3-10']);
    expect(itas.calls).toHaveLength(4);
    expect(itas.publish(itasMessage('TID-013'))).toBe(0);
  });

  it.each([500, 'cut', 'hang', 'lost-answer', 'page', { answer: { Oops: 1 } }, { answer: [] }] as const)(
    'is registered in the end when that fails at first: %j',
    async (fault) => {
      itas.fail(register, fault);
      const connector = await started(itas.environment(version, '3-8'));
      expect([await poll(connector), await poll(connector)]).toEqual(['failed', 'idle']);
      itas.publish(itasMessage('TID-013', { '/CompanyCode': 'GF' }));
      expect(await poll(connector)).toBe('accepted');
    },
  );

  it.each([503, 401, 429, 'cut', 'hang', 'lost-answer', 'page'] as const)(
    'is subscribed in the end when that fails at first: %j, and what was done is not done again',
    async (fault) => {
      const subscribe = version === 1 ? 'POST /Events/Subscribe' : 'PUT /Subscriptions';
      itas.fail(version === 1 ? subscribe : '/6-21', fault);
      const connector = await started(itas.environment(version, '3-10', '6-21'));
      expect([await poll(connector), await poll(connector)]).toEqual(['failed', 'idle']);
      expect(subscriptions()).toEqual(['GF 3-10', 'GF 6-21']);
      expect(itas.calls.filter((call) => call === register)).toHaveLength(1);
      expect(itas.calls.filter((call) => call.startsWith(subscribe))).toHaveLength(3);
    },
  );

  it.each([400, { answer: { ServiceResult: { Code: 17 } } }] as const)(
    'is read though ITAS refuses one of the topics by %j, and that topic is tried again at the next start',
    async (refusal) => {
      gateway.logs.length = 0;
      itas.fail(version === 1 ? '/Events/Subscribe' : '/Subscriptions/', refusal);
      const first = await started(itas.environment(version, '9-999', '3-8'));
      expect([await poll(first), await poll(first)]).toEqual(['idle', 'idle']);
      expect(subscriptions()).toEqual(['GF 3-8']);
      expect(gateway.logs.filter(({ level }) => level === 'error')).toMatchObject([
        { msg: 'ITAS refuses to subscribe', subscription: 'GF 9-999' },
      ]);
      await emptyMailbox(await started(itas.environment(version, '9-999', '3-8')));
      expect(subscriptions()).toEqual(['GF 3-8', 'GF 9-999']);
    },
  );

  it('tries again in time what ITAS has refused, and tells until it is done', async () => {
    const env = itas.environment(version, '9-999', '3-8');
    itas.fail(version === 1 ? '/Events/Subscribe' : '/Subscriptions/', 400, 2);
    const told = await startGateway({ databaseUrl: gateway.databaseUrl, env });
    const missing = async (): Promise<unknown> => {
      const { body } = await ask(`${told.url}/health/ready`);
      const { missingTopics } = (body['information'] as { itas: Record<string, unknown> }).itas;
      return [await metricOf(told, 'karere_itas_mailbox_missing_topics'), missingTopics];
    };
    const connector = await started(env, { refusedMs: 0 });
    itas.fail(version === 1 ? '/Events/Subscribe' : '/Subscriptions/', 'page');
    expect(await missing()).toEqual([0, undefined]);
    // Both are refused, then a proxy is in the way, and then all is well.
    expect([await poll(connector), await missing()]).toEqual(['failed', [2, ['9-999', '3-8']]]);
    expect([await poll(connector), await missing()]).toEqual(['idle', [0, undefined]]);
    expect(subscriptions()).toEqual(['GF 3-8', 'GF 9-999']);
    await told.close();
  });

  it('is made anew when ITAS has forgotten it, and that messages did not come is said', async () => {
    const connector = await started(itas.environment(version, '3-8'));
    await emptyMailbox(connector);
    const { subscriberId } = itas.mailbox();
    gateway.logs.length = 0;
    const before = (await metricOf(gateway, 'karere_itas_mailbox_lost_timestamp_seconds')) ?? 0;
    itas.forget();
    expect(await poll(connector)).toBe('idle');
    expect(itas.mailbox().subscriberId).not.toBe(subscriberId);
    expect(subscriptions()).toEqual(['GF 3-8']);
    expect(gateway.logs.filter(({ level }) => level === 'error')).toMatchObject([
      {
        subscriberId: itas.mailbox().subscriberId,
        msg: 'ITAS had no mailbox of ours any more: what it has published meanwhile did not come',
      },
    ]);
    expect(await metricOf(gateway, 'karere_itas_mailbox_lost_timestamp_seconds')).toBeGreaterThan(before);
    itas.publish(itasMessage('TID-013'));
    expect(await emptyMailbox(connector)).toEqual(['accepted', 'idle']);
  });

  it('is made anew in the end when that breaks off in the middle, and lost only once', async () => {
    const connector = await started(itas.environment(version, '3-8', '3-10'));
    await emptyMailbox(connector);
    gateway.logs.length = 0;
    itas.forget();
    itas.fail(version === 1 ? '/Events/Subscribe' : '/Subscriptions/', 503);
    expect([await poll(connector), await poll(connector)]).toEqual(['failed', 'idle']);
    expect(subscriptions()).toEqual(['GF 3-10', 'GF 3-8']);
    expect(gateway.logs.filter(({ level }) => level === 'error')).toHaveLength(1);
  });
});

it('belongs to a company: another one is another subscription', async () => {
  await emptyMailbox(await started(itas.environment(1, '3-8')));
  await emptyMailbox(await started({ ...itas.environment(1, '3-8'), ITAS_COMPANY_CODE: 'AA' }));
  expect(subscriptions()).toEqual(['AA 3-8']);
});

it('has a name of its own for each server and subscriber', async () => {
  await emptyMailbox(await started(itas.environment(1, '3-8')));
  await emptyMailbox(await started({ ...itas.environment(1, '3-8'), ITAS_SUBSCRIBER: 'kea' }));
  expect(itas.mailbox('kea').subscriberId).not.toBe(itas.mailbox().subscriberId);

  await emptyMailbox(await started(elsewhere.environment(1, '3-8')));
  expect(elsewhere.calls[0]).toBe('POST /Events/Register');
});

it('a server that can not be found is a failure like any other', async () => {
  const { ITAS_URL: _url, ...rest } = itas.environment(1, '3-8');
  const connector = await started({ ...rest, ITAS_URL: 'http://127.0.0.1:9/itas/' });
  expect(await pollOnce(connector)).toMatchObject({
    kind: 'failed',
    error: { message: 'ITAS can not be reached (ECONNREFUSED): POST /Events/Register' },
  });
});

it('an answer of a size that no message has is told as what it is', async () => {
  itas.fail('POST /Events/Register', { answer: 'x'.repeat(16 * 1024 * 1024) });
  const connector = await started({ ...itas.environment(1, '3-8'), ITAS_TIMEOUT_MS: '5000' });
  expect(await pollOnce(connector)).toMatchObject({
    kind: 'failed',
    error: { message: 'ITAS has answered with more than 16 MiB: POST /Events/Register' },
  });
});

it('without ITAS_URL there is nothing to poll', async () => {
  await expect(pollOnce(gateway)).rejects.toThrow('there is no mailbox to poll');
});
