import { randomUUID } from 'node:crypto';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import { itasMessage } from './support/itas-message';
import { connectorFor, emptyMailbox, messageIdsInLog, poll, pollOnce } from './support/itas-polling';
import { ItasServer } from './support/itas-server';
import { rowCounts } from './support/rows';
import { lockTable, untilOneWaits } from './support/table-lock';

type Json = Record<string, unknown>;

const TOPICS = ['2-13', '3-8', '3-300', '6-21'];

let itas: ItasServer;
let gateway: Gateway;

beforeAll(async () => {
  itas = await ItasServer.start({ maxWaitMs: 0 });
  const patience = { ITAS_POLL_SECONDS: '0', ITAS_TIMEOUT_MS: '250' };
  gateway = await startGateway({ env: { ...itas.environment(1, ...TOPICS), ...patience } });
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

/** Puts good messages of several templates into the mailbox. @returns their ids */
function publish(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const message = itasMessage((['TID-014', 'TID-013', 'TID-010', 'TID-018'] as const)[n % 4] ?? 'TID-014');
    expect(itas.publish(message)).toBe(1);
    return String(message['MessageId']);
  });
}

function stored(messageId: string): Promise<Json> {
  return read(gateway, `/itas-events/messages/${messageId}`, { scope: 'itas:read' }).then(({ body }) => body);
}

describe('a message in the mailbox', () => {
  it('is peeked at, received under a lock, stored, and then confirmed', async () => {
    const before = await headOf(gateway);
    const [messageId = ''] = publish(1);
    expect(await poll(gateway)).toBe('accepted');
    expect(itas.calls).toEqual(['GET /Events/Peek', 'POST /Events/Receive', 'DELETE /Events/Confirm']);
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
    const [event, ...others] = await eventsOf(gateway, before);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      type: 'itas.operation.performed',
      subject: 'F-2026-08',
      correlationId: expect.stringMatching(/^[\da-f-]{36}$/) as string,
      data: { messageId, parameters: { freezedate: { kind: 'month', month: '2026-08' } } },
    });
    expect(await stored(messageId)).toMatchObject({
      source: 'mailbox',
      transactionId: event?.correlationId,
      original: expect.stringContaining(`"LockId":"${itas.requests[2]?.query['lockid']}"`) as string,
    });
  });

  it('is asked for as the document says, by a client that ITAS knows', async () => {
    const { subscriberId } = itas.mailbox();
    const [messageId] = publish(1);
    await poll(gateway);
    expect(itas.requests).toEqual([
      { call: 'GET /Events/Peek', query: { subscriberId, timeout: '0' } },
      { call: 'POST /Events/Receive', query: { subscriberId, messageId, lockTimeout: '5' } },
      {
        call: 'DELETE /Events/Confirm',
        query: { subscriberId, messageId, lockid: expect.any(String) as string },
      },
    ]);
  });

  it('keeps its place among others', async () => {
    const before = await headOf(gateway);
    const ids = publish(24);
    const outcomes = await emptyMailbox(gateway);
    expect(outcomes.slice(0, -1)).toEqual(Array<string>(24).fill('accepted'));
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
    expect(itas.mailbox().confirmed.slice(-24)).toEqual(ids);
  });

  it('is looked for while the one before it is confirmed, and not received before that is', async () => {
    const before = await headOf(gateway);
    const ids = publish(2);
    itas.fail('DELETE /Events/Confirm', 'hang');
    expect(await poll(gateway)).toBe('failed');
    expect(itas.calls.toSorted()).toEqual([
      'DELETE /Events/Confirm',
      'GET /Events/Peek',
      'GET /Events/Peek',
      'POST /Events/Receive',
    ]);
    itas.advance(10_000);
    expect(await emptyMailbox(gateway)).toEqual(['duplicate', 'accepted', 'idle']);
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
  });

  it('is asked for again when ITAS still names the one before it', async () => {
    const [first] = publish(2);
    itas.fail('GET /Events/Peek', { answer: { MessageCount: 2, NextMessageId: first } }, 2);
    expect(await emptyMailbox(gateway)).toEqual(['accepted', 'accepted', 'idle']);
    expect(itas.calls.filter((call) => call === 'GET /Events/Peek')).toHaveLength(4);
  });

  it('that comes twice is stored once, and confirmed both times', async () => {
    const before = await headOf(gateway);
    const message = itasMessage('TID-013');
    itas.publish(message);
    itas.publish({ ...message, LockId: randomUUID() });
    expect(await emptyMailbox(gateway)).toEqual(['accepted', 'duplicate', 'idle']);
    expect(await messageIdsInLog(gateway, before)).toEqual([message['MessageId']]);
    expect(itas.mailbox().size).toBe(0);
  });
});

describe('whatever fails on the way, nothing is lost and nothing comes twice into the log', () => {
  it.each(['GET /Events/Peek', 'POST /Events/Receive', 'DELETE /Events/Confirm'])('%s', async (path) => {
    const before = await headOf(gateway);
    const ids: string[] = [];
    const faults = [500, 503, 'cut', 'hang', 'lost-answer', 'page', { answer: { Oops: 1 } }] as const;
    for (const fault of faults) {
      ids.push(...publish(2));
      itas.fail(path, fault);
      const outcomes: string[] = [];
      while (itas.mailbox().size > 0) {
        outcomes.push(await poll(gateway));
        itas.advance(10_000); // the lock of what was received in vain
      }
      // What was not confirmed though ITAS has said so is a duplicate the next time.
      if (path !== 'DELETE /Events/Confirm') expect(outcomes).not.toContain('duplicate');
    }
    expect(await messageIdsInLog(gateway, before)).toEqual(ids);
    expect(itas.mailbox().confirmed.slice(-ids.length)).toEqual(ids);
  });

  it.each([
    ['another message', (other: Json) => other],
    ['an error in the guise of an answer', () => ({ MessageId: null, ServiceResult: { Code: 17 } })],
    ['a list', () => []],
  ])('nothing is confirmed when %s is received in its place', async (_case, answerOf) => {
    const before = await rowCounts(gateway.dataSource);
    const [messageId] = publish(1);
    itas.fail('POST /Events/Receive', { answer: answerOf(itasMessage('TID-013')) }, 12);
    for (let attempt = 0; attempt < 12; attempt += 1) expect(await poll(gateway)).toBe('failed');
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    expect(itas.calls).not.toContain('DELETE /Events/Confirm');
    expect(await poll(gateway)).toBe('accepted');
    expect(itas.mailbox().confirmed.at(-1)).toBe(messageId);
  });

  it.each([
    [{ Oops: 1 }],
    [{ ServiceResult: null }],
    [{ NextMessageGuid: 'd6c94090-97b4-ea11-845d-20677cddb4f2', MessagesWaiting: 1 }],
    [{ NextMessageId: 'the first', MessageCount: null }],
    [{ NextMessageId: null, MessageCount: 3 }],
    [{ NextMessageId: null, MessageCount: 0, ServiceResult: { Code: 17 } }],
  ])('an answer to a poll that is not understood is no empty mailbox: %j', async (answer) => {
    itas.fail('GET /Events/Peek', { answer });
    expect([await poll(gateway), await poll(gateway)]).toEqual(['failed', 'idle']);
  });

  it('a confirmation that says that it was not done is made again', async () => {
    const [messageId] = publish(1);
    itas.fail('DELETE /Events/Confirm', { answer: { MessageId: messageId, ServiceResult: { Code: 17 } } });
    expect(await poll(gateway)).toBe('failed');
    itas.advance(10_000);
    expect(await emptyMailbox(gateway)).toEqual(['duplicate', 'idle']);
  });

  it('a message that ITAS brings again and again, though it was confirmed, is a failure', async () => {
    const before = await headOf(gateway);
    const [messageId] = publish(1);
    itas.fail('DELETE /Events/Confirm', 404, 3);
    for (const outcome of ['accepted', 'duplicate']) {
      expect(await poll(gateway)).toBe(outcome);
      itas.advance(10_000); // the lock under which it was confirmed in vain
    }
    expect(await pollOnce(gateway)).toMatchObject({
      kind: 'failed',
      error: { message: 'ITAS brings a message again that was confirmed' },
    });
    itas.advance(10_000);
    // This time it is taken out.
    expect([await poll(gateway), await poll(gateway)]).toEqual(['failed', 'idle']);
    expect(await messageIdsInLog(gateway, before)).toEqual([messageId]);
    expect([publish(1).length, await poll(gateway)]).toEqual([1, 'accepted']);
  });

  it('a lock that runs out before the message is stored brings it again', async () => {
    const before = await headOf(gateway);
    const [messageId] = publish(1);
    const lock = await lockTable(gateway.databaseUrl, 'itas_message');
    const step = poll(gateway);
    await untilOneWaits(gateway.dataSource);
    itas.advance(10_000);
    await lock.release();
    expect(await step).toBe('failed');
    expect(itas.mailbox().size).toBe(1);
    expect(await emptyMailbox(gateway)).toEqual(['duplicate', 'idle']);
    expect(await messageIdsInLog(gateway, before)).toEqual([messageId]);
  });

  it('a message that somebody else has locked is waited for', async () => {
    const [messageId = ''] = publish(1);
    itas.mailbox().receive(messageId, 5000);
    expect([await poll(gateway), await poll(gateway)]).toEqual(['failed', 'failed']);
    itas.advance(5000);
    expect(await poll(gateway)).toBe('accepted');
  });

  it('a message that is gone when it is to be confirmed is done with', async () => {
    const [messageId] = publish(1);
    itas.fail('DELETE /Events/Confirm', 404);
    expect(await poll(gateway)).toBe('accepted');
    expect(await stored(String(messageId))).toMatchObject({ messageId });
  });

  it('wrong credentials are told, and are no reason to give up', async () => {
    const env = {
      ...itas.environment(1, ...TOPICS),
      ITAS_HMAC_SECRET: 'bm9ib2R5',
      ITAS_SUBSCRIBER: 'stranger',
    };
    const stranger = connectorFor(gateway, env);
    expect(await pollOnce(stranger)).toMatchObject({
      kind: 'failed',
      error: { message: 'ITAS answered 401 to POST /Events/Register' },
    });
    await stranger.close();
    const logged = JSON.stringify(gateway.logs);
    expect(logged).toContain('the mailbox at ITAS can not be read; trying again');
    for (const secret of [itas.clientKey, itas.hmac, 'bm9ib2R5']) expect(logged).not.toContain(secret);
  });
});

describe('a server that begins its answers with a byte order mark', () => {
  it('is read like any other', async () => {
    const other = await ItasServer.start({ maxWaitMs: 0, byteOrderMark: true });
    const replica = connectorFor(gateway, other.environment(1, '3-8'));
    expect(await poll(replica)).toBe('idle');
    const [first, second] = [itasMessage('TID-013'), itasMessage('TID-013')];
    other.publish({ Cause: { MessageId: randomUUID() }, ...first });
    other.publish(second);
    expect(await emptyMailbox(replica)).toEqual(['accepted', 'accepted', 'idle']);
    expect(other.mailbox().confirmed).toEqual([first['MessageId'], second['MessageId']]);
    await replica.close();
    await other.stop();
  });
});

describe('an empty mailbox', () => {
  it.each([
    [{ MessageCount: 0 }],
    [{ NextMessageId: null }],
    [{ messageid: '00000000-0000-0000-0000-000000000000', count: '0' }],
    [{ Id: '', ServiceResult: null }],
    [{}],
  ])('may be told by %j', async (answer) => {
    itas.fail('GET /Events/Peek', { answer });
    expect([await poll(gateway), itas.calls]).toEqual(['idle', ['GET /Events/Peek']]);
  });

  it.each([200, 204, 404, 408] as const)('may be told by status %s', async (nothing) => {
    const other = await ItasServer.start({ maxWaitMs: 0, nothing });
    const replica = connectorFor(gateway, other.environment(1, '3-8'));
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
});
