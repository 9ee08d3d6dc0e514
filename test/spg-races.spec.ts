import type { NewEvent } from '../src/events/domain-event';
import { EventLog } from '../src/events/event-log';
import { connected } from './support/connected';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { read, send } from './support/http';
import { notification, put } from './support/notification';
import { rowCounts } from './support/rows';

/** Two replicas on one database. */
let one: Gateway;
let two: Gateway;

beforeAll(async () => {
  one = await startGateway();
  two = await startGateway({ databaseUrl: one.databaseUrl });
});
afterAll(async () => {
  await two.close();
  await one.close();
});

describe('the same notification at the same instant', () => {
  it('is accepted once and a duplicate each other time, whichever connection and replica it comes to', async () => {
    const before = await rowCounts(one.dataSource);
    const rounds = 40;
    for (let round = 1; round <= rounds; round += 1) {
      const sent = notification('CreateWorkOrderNotify', { eventId: String(1000 + round) });
      const answers = await Promise.all([one, two, one, two].map((gateway) => send(gateway, sent)));
      const outcomes = answers.map(({ status, body }) => `${status} ${String(body['status'])}`);
      expect(outcomes.toSorted()).toEqual([
        '200 accepted',
        '200 duplicate',
        '200 duplicate',
        '200 duplicate',
      ]);
    }
    const after = await rowCounts(one.dataSource);
    expect(after['spg_notification']).toBe((before['spg_notification'] ?? 0) + rounds);
    expect(after['domain_event']).toBe((before['domain_event'] ?? 0) + rounds);
    expect(after['spg_conflicting_notification']).toBe(0);
  });

  it('but with another body is refused, and the one that was accepted stands', async () => {
    for (let round = 1; round <= 20; round += 1) {
      const eventId = String(2000 + round);
      const bodies = [one, two, one, two].map((gateway, index) => ({
        gateway,
        body: put(notification('AddTaskNotify', { eventId }), '/message/summary', `version ${index % 2}`),
      }));
      const before = await headOf(one);
      const answers = await Promise.all(bodies.map(({ gateway, body }) => send(gateway, body)));
      const accepted = answers.findIndex(({ body }) => body['status'] === 'accepted');
      const outcomes = answers.map(
        ({ status, body }) => `${status} ${String(status === 200 ? body['status'] : body['code'])}`,
      );
      expect(outcomes.toSorted()).toEqual([
        '200 accepted',
        '200 duplicate',
        '409 spg-event-id-taken',
        '409 spg-event-id-taken',
      ]);
      const stored = await read(one, `/spg/notifications/${eventId}`);
      expect(stored.body).toEqual(bodies[accepted]?.body);
      expect(await headOf(one)).toBe(before + 1);
    }
  });

  it('in one batch is accepted once, too', async () => {
    const eventId = '3000';
    const body = JSON.stringify(notification('AddTaskNotify', { eventId }));
    const another = JSON.stringify(put(notification('AddTaskNotify', { eventId }), '/message/summary', 'x'));
    // The connections are open already, so all of these are read in the same turn.
    const answers = await Promise.all([body, another, body, another].map((sent) => send(one, sent)));
    expect(answers.filter(({ body: { status } }) => status === 'accepted')).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(2);
  });
});

describe('the event log under writers of two replicas at once', () => {
  it('has positions without a hole, in the order of the commits, and no reader misses one', async () => {
    const before = await headOf(one);
    let over = false;
    const watching = watch(() => over);
    const [, , byOne, byTwo] = await Promise.all([
      sendMany(one, 10_000, 250),
      sendMany(two, 20_000, 250),
      append(one, 'one'),
      append(two, 'two'),
    ]);
    over = true;

    const head = before + 500 + byOne + byTwo;
    const { seen, polls, astray } = await watching;
    expect({ seen, astray }).toEqual({ seen: head, astray: [] });
    expect(polls).toBeGreaterThan(20);
    const events = await eventsOf(one, before);
    expect(events.map(({ position }) => position)).toEqual(events.map((_, n) => before + 1 + n));
    expect(await headOf(two)).toBe(head);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const times = events.map(({ time }) => time);
    expect(times).toEqual(times.toSorted());
  });

  it('keeps what one transaction appends together, in its order', async () => {
    const events = await eventsOf(one);
    const appended = events.filter(({ source }) => source === '/test');
    for (const [index, { subject, position }] of appended.entries()) {
      const [by, round, n] = subject.split('-');
      if (n === '0') continue;
      expect(appended[index - 1]).toMatchObject({
        subject: `${by}-${round}-${Number(n) - 1}`,
        position: position - 1,
      });
    }
    expect(appended.length).toBeGreaterThan(100);
  });

  it('has one event for each notification, and each notification has one', async () => {
    await send(one, notification('AddTaskNotify', { eventId: '9000' }));
    const { spg_notification: accepted } = await rowCounts(one.dataSource);
    const [counted] = await one.dataSource.query<object[]>(`
      SELECT count(*)::int AS stored, count(DISTINCT event.position)::int AS events,
             count(*) FILTER (WHERE event.position IS NULL)::int AS without
      FROM spg_notification n
      FULL JOIN domain_event event ON (event.data->>'eventId')::bigint = n.event_id
      WHERE event.source IS DISTINCT FROM '/test'`);
    expect(counted).toEqual({ stored: accepted, events: accepted, without: 0 });
  });
});

/** Reads on and on until it is over, and says each position that did not follow the one seen before. */
async function watch(isOver: () => boolean): Promise<{ seen: number; polls: number; astray: unknown[] }> {
  const reader = await connected(one.databaseUrl);
  const astray: unknown[] = [];
  let seen = await headOf(one);
  let polls = 0;
  let isLast: boolean;
  do {
    isLast = isOver();
    const { rows } = await reader.query<{ position: string }>(
      'SELECT position FROM domain_event WHERE position > $1 ORDER BY position',
      [seen],
    );
    for (const { position } of rows) {
      if (Number(position) !== seen + 1) astray.push([seen, position]);
      seen = Number(position);
    }
    polls += 1;
  } while (!isLast);
  await reader.end();
  return { seen, polls, astray };
}

/** Transactions that append, every third of which is rolled back at the very end. */
async function append({ app, dataSource }: Gateway, by: string): Promise<number> {
  const log = app.get(EventLog);
  const planned = new Error('as planned');
  let committed = 0;
  for (let round = 0; round < 60; round += 1) {
    const events = stated(`${by}-${round}`, (round % 4) + 1);
    try {
      await dataSource.transaction(async (tx) => {
        await log.append(tx, events);
        if (round % 3 === 0) throw planned;
      });
      committed += events.length;
    } catch (error) {
      if (error !== planned) throw error;
    }
  }
  return committed;
}

function stated(by: string, count: number): NewEvent[] {
  return Array.from({ length: count }, (_, n) => ({
    type: 'spg.gap.opened',
    source: '/test',
    subject: `${by}-${n}`,
    partyIds: ['owner'],
    correlationId: null,
    data: { from: '1', to: '1', openedAt: '2026-08-03T21:15:00.000Z' },
  }));
}

async function sendMany(gateway: Gateway, from: number, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, n) => String(from + n));
  const workers = Array.from({ length: 8 }, async () => {
    for (let eventId = ids.pop(); eventId !== undefined; eventId = ids.pop()) {
      const body = notification('AddTaskNotify', { eventId, wonum: `WO-${eventId}` });
      expect((await send(gateway, body)).status).toBe(200);
    }
  });
  await Promise.all(workers);
}
