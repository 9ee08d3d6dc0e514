import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import { itasMessage } from './support/itas-message';
import { connectorFor, emptyMailbox, messageIdsInLog, poll, pollOnce } from './support/itas-polling';
import { ItasServer } from './support/itas-server';
import { rowCounts } from './support/rows';

let itas: ItasServer;
let gateway: Gateway;

beforeAll(async () => {
  itas = await ItasServer.start({ maxWaitMs: 0 });
  const patience = { ITAS_POLL_SECONDS: '0', ITAS_TIMEOUT_MS: '250' };
  gateway = await startGateway({ env: { ...itas.environment(2, '2-13', '3-8'), ...patience } });
  await emptyMailbox(gateway);
});
beforeEach(() => {
  itas.requests.length = 0;
});
afterEach(() => itas.recover());
afterAll(async () => {
  await gateway.close();
  await itas.stop();
});

function publish(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const message = itasMessage(n % 2 === 0 ? 'TID-014' : 'TID-013', { '/LockId': null });
    expect(itas.publish(message)).toBe(1);
    return String(message['MessageId']);
  });
}

describe('a message in the mailbox', () => {
  it('comes with the poll, is stored, and then confirmed', async () => {
    const before = await headOf(gateway);
    const { subscriberId } = itas.mailbox();
    const [messageId = ''] = publish(1);
    const text = itas.mailbox().first?.text;
    expect(await poll(gateway)).toBe('accepted');
    expect(itas.requests).toEqual([
      { call: `GET /Messages/${subscriberId}`, query: { timeout: '0' } },
      { call: `DELETE /Messages/${subscriberId}/${messageId}`, query: {} },
    ]);
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
    expect(await eventsOf(gateway, before)).toMatchObject([
      { type: 'itas.operation.performed', data: { messageId } },
    ]);
    const stored = await read(gateway, `/itas-events/messages/${messageId}`, { scope: 'itas:read' });
    expect(stored.body).toMatchObject({ source: 'mailbox', original: text });
  });

  it('keeps its place among others', async () => {
    const before = await headOf(gateway);
    const ids = publish(24);
    expect(await emptyMailbox(gateway)).toEqual([...Array<string>(24).fill('accepted'), 'idle']);
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
    expect(itas.mailbox().confirmed.slice(-24)).toEqual(ids);
    expect(itas.mostAtOnce).toBe(1);
  });

  it('that can not be understood is kept as a dead letter and confirmed', async () => {
    const broken = JSON.stringify(itasMessage('TID-013')).replace(/\}$/, ',}');
    const messageId = /"MessageId":"([^"]*)"/.exec(broken)?.[1] ?? '';
    itas.mailbox().add(messageId, broken);
    expect(await emptyMailbox(gateway)).toEqual(['dead-lettered', 'idle']);
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
    const { body } = await read(gateway, '/itas-events/dead-letters/1', { scope: 'itas:read' });
    expect(body).toMatchObject({ messageId, original: broken });
  });
});

describe('whatever fails on the way, nothing is lost and nothing comes twice into the log', () => {
  it.each(['GET /Messages', 'DELETE /Messages'])('%s', async (path) => {
    const before = await headOf(gateway);
    const ids: string[] = [];
    for (const fault of [500, 503, 'cut', 'hang', 'lost-answer', 'page', { answer: { Oops: 1 } }] as const) {
      ids.push(...publish(2));
      itas.fail(path, fault);
      while (itas.mailbox().size > 0) await poll(gateway);
    }
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
    expect(itas.mailbox().confirmed.slice(-ids.length)).toEqual(ids);
  });

  it.each([
    ['a message without an id', { MessageBody: { TID: 'TID-013' } }],
    ['a list', [itasMessage('TID-013')]],
    ['an error in the guise of an answer', { MessageId: null, ServiceResult: { Code: 17 } }],
    ['what is not understood', { Oops: 1 }],
  ])('nothing is stored or confirmed when %s comes', async (_case, answer) => {
    const before = await rowCounts(gateway.dataSource);
    const [messageId] = publish(1);
    itas.fail('GET /Messages', { answer }, 12);
    for (let attempt = 0; attempt < 12; attempt += 1) expect(await poll(gateway)).toBe('failed');
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    expect(itas.calls.some((call) => call.startsWith('DELETE'))).toBe(false);
    expect(await poll(gateway)).toBe('accepted');
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
  });

  it('a message that ITAS brings again and again, though it was confirmed, is a failure', async () => {
    const [messageId] = publish(1);
    itas.fail('DELETE /Messages', 404, 4);
    const outcomes: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) outcomes.push(await poll(gateway));
    expect(outcomes).toEqual(['accepted', 'duplicate', 'failed', 'failed']);
    await poll(gateway);
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
    expect(await poll(gateway)).toBe('idle');
  });

  it('wrong credentials are told', async () => {
    const stranger = connectorFor(gateway, {
      ...itas.environment(2, '3-8'),
      ITAS_CLIENT_KEY: 'nobody',
      ITAS_SUBSCRIBER: 'stranger',
    });
    expect(await pollOnce(stranger)).toMatchObject({ kind: 'failed', error: { status: 401 } });
    await stranger.close();
  });
});

describe('an empty mailbox', () => {
  it.each([200, 204, 404, 408] as const)('may be told by status %s', async (nothing) => {
    const other = await ItasServer.start({ maxWaitMs: 0, nothing });
    const replica = connectorFor(gateway, other.environment(2, '3-8'));
    const outcomes = [await poll(replica), await poll(replica), await poll(replica)];
    expect(outcomes).toEqual(['idle', 'idle', 'idle']);
    // At most once more, to see whether 404 means that it is gone.
    const register = /^POST .*(Register|Subscribers)/;
    expect(other.calls.filter((call) => register.test(call))).toHaveLength(nothing === 404 ? 2 : 1);
    other.publish(itasMessage('TID-013'));
    expect(await emptyMailbox(replica)).toEqual(['accepted', 'idle']);
    await replica.close();
    await other.stop();
  });

  it('may be told by an envelope without a message', async () => {
    itas.fail('GET /Messages', { answer: { MessageId: null, MessageBody: null, ServiceResult: null } });
    expect(await poll(gateway)).toBe('idle');
  });
});
