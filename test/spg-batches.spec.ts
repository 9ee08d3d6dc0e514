import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, send } from './support/http';
import { metricOf } from './support/metrics';
import { notification, put } from './support/notification';
import { rowCounts } from './support/rows';
import { lockTable } from './support/table-lock';

let gateway: Gateway;

beforeEach(async () => {
  gateway = await startGateway();
});
afterEach(() => gateway.close());

const QUEUED = 'karere_spg_queued_notifications';
const WRITES = 'karere_spg_batch_rows_count';

function waiting(count: number): Promise<number | undefined> {
  return eventually(
    `${count} notifications wait`,
    () => metricOf(gateway, QUEUED),
    (queued) => queued === count,
  );
}

function numbered(eventId: number, wonum = `WO-${eventId}`): Record<string, unknown> {
  return notification('AddTaskNotify', { eventId: String(eventId), wonum });
}

/** Nearly 1 MiB. */
function large(eventId: number): string {
  return JSON.stringify(put(numbered(eventId), '/padding', 'x'.repeat(1024 * 1024 - 1000)));
}

/** Keeps a first notification from being written, and then the table, so that all others wait for it. */
async function holdBack(): Promise<{ release: () => Promise<Answer> }> {
  const lock = await lockTable(gateway.databaseUrl, 'spg_notification');
  const first = send(gateway, numbered(1));
  await eventually(
    'the first one is being written',
    () =>
      gateway.dataSource.query<object[]>(
        `SELECT FROM pg_locks WHERE NOT granted AND relation = 'spg_notification'::regclass`,
      ),
    ({ length }) => length === 1,
  );
  return {
    release: async () => {
      await lock.release();
      return first;
    },
  };
}

describe('notifications that come while another is being written', () => {
  it('are written together', async () => {
    const held = await holdBack();
    const answers = Array.from({ length: 50 }, (_, n) => send(gateway, numbered(100 + n)));
    await waiting(50);
    expect((await held.release()).status).toBe(200);
    for (const { status, body } of await Promise.all(answers)) {
      expect([status, body['status']]).toEqual([200, 'accepted']);
    }
    expect(await metricOf(gateway, WRITES)).toBe(2);
    expect(await metricOf(gateway, 'karere_spg_batch_rows_bucket{le="1"}')).toBe(1);
    expect(await metricOf(gateway, 'karere_spg_batch_rows_sum')).toBe(51);
    expect(await metricOf(gateway, QUEUED)).toBe(0);
    expect(await rowCounts(gateway.dataSource)).toMatchObject({ spg_notification: 51, domain_event: 51 });
  });

  it('may be the same, or be in each other’s way, and each gets its own answer', async () => {
    const held = await holdBack();
    const other = put(numbered(200), '/message/summary', 'another');
    const answers: Promise<Answer>[] = [];
    for (const body of [numbered(200), other, numbered(200), numbered(1), numbered(201)]) {
      answers.push(send(gateway, body));
      await waiting(answers.length);
    }
    await held.release();
    const outcomes = (await Promise.all(answers)).map(({ status, body }) => [status, body['status']]);
    expect(outcomes).toEqual([
      [200, 'accepted'],
      [409, 409],
      [200, 'duplicate'],
      [200, 'duplicate'],
      [200, 'accepted'],
    ]);
    expect(await metricOf(gateway, WRITES)).toBe(2);
    expect(await rowCounts(gateway.dataSource)).toMatchObject({
      spg_notification: 3,
      spg_conflicting_notification: 1,
      domain_event: 3,
    });
  });

  it('are not lost with one that the database refuses: that one alone is a 500, and nothing of it stays', async () => {
    await gateway.dataSource.query(
      `ALTER TABLE spg_notification ADD CONSTRAINT refused CHECK (wonum <> 'WO-BAD')`,
    );
    const held = await holdBack();
    const answers = Array.from({ length: 20 }, (_, n) =>
      send(gateway, numbered(300 + n, n === 13 ? 'WO-BAD' : 'WO-GOOD')),
    );
    await waiting(20);
    await held.release();

    const settled = await Promise.all(answers);
    expect(settled.map(({ status }) => status)).toEqual(
      Array.from({ length: 20 }, (_, n) => (n === 13 ? 500 : 200)),
    );
    const refused = settled[13]?.body;
    expect(refused).toMatchObject({ type: 'urn:problem-type:karere:internal-error', code: 'internal-error' });
    expect(JSON.stringify(refused)).not.toContain('WO-BAD');
    expect(await rowCounts(gateway.dataSource)).toMatchObject({ spg_notification: 20, domain_event: 20 });

    await gateway.dataSource.query('ALTER TABLE spg_notification DROP CONSTRAINT refused');
    const again = await send(gateway, numbered(313, 'WO-BAD'));
    expect(again).toMatchObject({ status: 200, body: { status: 'accepted' } });
  });
});

describe('more than can wait', () => {
  /** Of nearly 1 MiB each in 64 MiB. */
  const fitting = 64;

  it('is told to come back, does not grow what waits, and all that was taken is answered', async () => {
    const held = await holdBack();
    const sent = Array.from({ length: 70 }, (_, n) => ({
      body: large(1000 + n),
      answer: undefined as Answer | undefined,
    }));
    const answers = sent.map(async (each) => (each.answer = await send(gateway, each.body)));
    await eventually(
      'some are refused',
      () => sent.filter(({ answer }) => answer).length,
      (refused) => refused === 70 - fitting,
    );
    const refused = sent.filter(({ answer }) => answer);
    expect(refused).toHaveLength(70 - fitting);
    for (const { answer } of refused) {
      expect(answer).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1', 'content-type': 'application/problem+json; charset=utf-8' },
        body: { type: 'urn:problem-type:karere:unavailable', status: 503, code: 'unavailable', details: [] },
      });
    }
    expect(await metricOf(gateway, QUEUED)).toBe(fitting);

    expect((await held.release()).status).toBe(200);
    await Promise.all(answers);
    expect(await metricOf(gateway, QUEUED)).toBe(0);
    expect(await rowCounts(gateway.dataSource)).toMatchObject({
      spg_notification: 1 + fitting,
      domain_event: 1 + fitting,
    });

    for (const { body } of refused) {
      expect(await send(gateway, body)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    }
  });
});
