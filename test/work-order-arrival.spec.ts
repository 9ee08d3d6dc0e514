import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  integer,
  nat,
  record,
  shuffledSubarray,
  tuple,
} from 'fast-check';
import { ConsumerRegistry } from '../src/events/consumer-registry';
import { ConsumerSteps } from '../src/events/consumer-steps';
import { EventLog } from '../src/events/event-log';
import { rebuild } from '../src/events/rebuild';
import { LIFE_OF_A_WORK_ORDER } from '../src/spg/dto/examples';
import { type Gateway, startGateway } from './support/gateway';
import { read, send } from './support/http';
import { notification, put } from './support/notification';

/** One gateway gets everything in order, one by one; the other one as it happens to come. */
let orderly: Gateway;
let other: Gateway;

beforeAll(async () => {
  [orderly, other] = await Promise.all([startGateway(), startGateway()]);
});
afterAll(() => Promise.all([orderly.close(), other.close()]));

const WORKORDER = '/payload/workorder';
const INSTANT = '2026-08-03T21:15:00Z';

/** What a notification is about, out of so few things that they often meet. */
const content = record({
  type: constantFrom(...LIFE_OF_A_WORK_ORDER),
  order: nat(1),
  task: constantFrom('10', '20', '30'),
  id: constantFrom('A', 'B', null),
  text: constantFrom('x', 'y', 'z'),
});

type Content = typeof content extends { generate(...args: never[]): { value: infer T } } ? T : never;

/** Overwrites the lists of the example, so that they hold what the content says. */
function notificationOf({ type, order, task, id, text }: Content, eventId: number, run: number): object {
  const body = notification(type, { eventId: String(eventId), wonum: `WO-${run}-${order}` });
  const infos = [{ id, createdDate: INSTANT, text }];
  const files = [
    { id: id ?? 'C', fileName: text, mimeType: 'text/plain', url: `https://files.example/${text}` },
  ];
  const closure = { taskid: task, outcome: 'Complete', note: text, closedDate: INSTANT };
  const added = { taskid: task, description: id && text, additionalInfos: infos, ['__proto__']: { closure } };
  const lists: Partial<Record<Content['type'], object>> = {
    CreateWorkOrderNotify: {
      description: text,
      tasks: [added],
      additionalInfos: infos,
      fileAttachments: files,
    },
    AddTaskNotify: { tasks: [added] },
    CloseTaskNotify: { tasks: [closure] },
    UpdateWorkOrderSupplementaryReferencesNotify: { supplementaryReferences: [{ name: task, value: text }] },
    UpdateWorkOrderAdditionalInfosNotify: { additionalInfos: infos },
    UpdateWorkOrderFileAttachmentsNotify: { fileAttachments: files },
    UpdateTaskAdditionalInfosNotify: { tasks: [{ taskid: task, additionalInfos: infos }] },
    UpdateTaskFileAttachmentsNotify: { tasks: [{ taskid: task, fileAttachments: files }] },
  };
  for (const [name, list] of Object.entries(lists[type] ?? {})) put(body, `${WORKORDER}/${name}`, list);
  return body;
}

/** One batch of the projector, of so many events at most. */
async function step({ app }: Gateway, limit: number): Promise<void> {
  const projector = app.get(ConsumerRegistry).named('spg-projector');
  if (!projector) throw new Error('there is no projector');
  const run = app.get(ConsumerSteps).of(projector);
  await run.createCursor();
  expect((await run.run(limit)).kind).toBe('handled');
}

/** All rows as text, the JSON as PostgreSQL writes it. */
function rowsOf({ dataSource }: Gateway, like = '%'): Promise<Record<string, string>[]> {
  return dataSource.query(
    `SELECT wonum, status, incomplete::text, last_event_id::text, changed_at::text, state::text, search::text
     FROM spg_work_order WHERE wonum LIKE $1 ORDER BY wonum`,
    [like],
  );
}

/** Without the time, which is that of the arrival. */
function contentsOf(rows: Record<string, string>[]): object[] {
  return rows.map(({ changed_at: _time, ...row }) => row);
}

it('a work order is the same, whatever the order in which its notifications come and are looked at', async () => {
  let run = 0;
  let lastEventId = 0;
  const lives = array(content, { minLength: 2, maxLength: 14 }).chain((life) =>
    tuple(
      shuffledSubarray([...life.entries()], { minLength: life.length, maxLength: life.length }),
      array(tuple(integer({ min: 1, max: 4 }), integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 6 }),
    ),
  );
  await assert(
    asyncProperty(lives, async ([arrival, pace]) => {
      run += 1;
      const base = lastEventId;
      lastEventId += arrival.length;
      const inOrder = arrival.toSorted(([a], [b]) => a - b);
      for (const [index, each] of inOrder) {
        expect((await send(orderly, notificationOf(each, base + index, run))).status).toBe(200);
        await step(orderly, 1);
      }
      for (let next = 0, turn = 0; next < arrival.length; turn += 1) {
        const [count, limit] = pace[turn % pace.length] ?? [1, 1];
        for (const [index, each] of arrival.slice(next, next + count)) {
          expect((await send(other, notificationOf(each, base + index, run))).status).toBe(200);
        }
        next += count;
        await step(other, limit);
      }
      await other.settle('spg-projector');

      const expected = contentsOf(await rowsOf(orderly, `WO-${run}-%`));
      expect(expected.length).toBeGreaterThan(0);
      expect(contentsOf(await rowsOf(other, `WO-${run}-%`))).toEqual(expected);
    }),
    { numRuns: 15 },
  );
}, 60_000);

describe('rebuilt from the event log', () => {
  it.each([
    ['what came in order', () => orderly],
    ['what came as it happened', () => other],
  ])('%s is the same, byte for byte', async (_case, which) => {
    const gateway = which();
    const before = await rowsOf(gateway);
    expect(before.length).toBeGreaterThan(20);
    const events = await rebuildProjection(gateway);
    expect(await rowsOf(gateway)).toEqual(before);
    const [cursor] = await gateway.dataSource.query<object[]>(
      `SELECT position::int, attempts, error, retry_at FROM event_cursor WHERE consumer = 'spg-projector'`,
    );
    expect(cursor).toEqual({ position: events, attempts: 0, error: null, retry_at: null });
  });

  it('what was lost or spoiled is there again, and nothing that does not belong there', async () => {
    const before = await rowsOf(other);
    await other.dataSource.query(`DELETE FROM spg_work_order WHERE wonum LIKE 'WO-1-%'`);
    await other.dataSource.query(`UPDATE spg_work_order SET status = 'CLOSED', state = '{}', search = 'x'`);
    await other.dataSource.query(
      `INSERT INTO spg_work_order VALUES ('WO-GHOST', 'CLOSED', false, 1, now(), '{}', 'ghost')`,
    );
    await rebuildProjection(other);
    expect(await rowsOf(other)).toEqual(before);
  });

  it('readers see the old until all of the new is there', async () => {
    const seen: (number | undefined)[] = [];
    const projector = other.app.get(ConsumerRegistry).named('spg-projector');
    if (!projector) throw new Error('there is no projector');
    const before = (await rowsOf(other)).length;
    const handle = projector.handle.bind(projector);
    const batches = jest.replaceProperty(projector, 'batchSize', 10);
    const watched = jest.spyOn(projector, 'handle').mockImplementation(async (...given) => {
      seen.push((await rowsOf(other)).length);
      await handle(...given);
    });
    await rebuildProjection(other);
    watched.mockRestore();
    batches.restore();
    expect(seen.length).toBeGreaterThan(1);
    expect(new Set(seen)).toEqual(new Set([before]));
  });

  it('the projection goes on from there', async () => {
    const [first] = await rowsOf(other);
    await send(
      other,
      notification('UpdateWorkOrderAdditionalInfosNotify', {
        eventId: '99999',
        wonum: first?.['wonum'] ?? '',
      }),
    );
    await other.settle('spg-projector');
    const timeline = await read(other, `/spg/work-orders/${first?.['wonum']}/timeline`);
    expect((timeline.body['items'] as { eventId: string }[]).at(-1)?.eventId).toBe('99999');
  });
});

function rebuildProjection({ app, dataSource }: Gateway): Promise<number> {
  const projector = app.get(ConsumerRegistry).named('spg-projector');
  if (!projector) throw new Error('there is no projector');
  return rebuild(dataSource, app.get(EventLog), projector);
}

it('an order was changed when the latest of its notifications came, also when the clock was set back meanwhile', async () => {
  await send(other, notification('CreateWorkOrderNotify', { eventId: '900001', wonum: 'WO-back' }));
  await send(other, notification('PutOnHoldWorkOrderNotify', { eventId: '900002', wonum: 'WO-back' }));
  const created = `data ->> 'eventId' = '900001'`;
  await other.dataSource.query(`UPDATE domain_event SET time = time + interval '1 hour' WHERE ${created}`);
  await other.settle('spg-projector');
  const [event] = await other.dataSource.query<{ time: Date }[]>(
    `SELECT time FROM domain_event WHERE ${created}`,
  );
  const order = await read(other, '/spg/work-orders/WO-back');
  expect(order.body['changedAt']).toBe(event?.time.toISOString());
});

it.each([20, 45])('one that comes late to %d others is folded in among all of them', async (count) => {
  const wonum = `WO-late-${count}`;
  const first = 800_000 + 100 * count;
  const ids = Array.from({ length: count + 1 }, (_, n) => String(first + n));
  for (const eventId of [ids[0], ...ids.slice(2)]) {
    await send(
      other,
      notification('UpdateWorkOrderAdditionalInfosNotify', { eventId: eventId ?? '', wonum }),
    );
  }
  await other.settle('spg-projector');
  await send(other, notification('CreateWorkOrderNotify', { eventId: ids[1] ?? '', wonum }));
  await other.settle('spg-projector');
  const { body } = await read(other, `/spg/work-orders/${wonum}/timeline`);
  expect((body['items'] as { eventId: string }[]).map(({ eventId }) => eventId)).toEqual(ids);
});

it('what a fold of all that is stored has taken in already is not folded once more', async () => {
  const wonum = 'WO-once';
  const come = async (...ids: number[]): Promise<void> => {
    for (const id of ids) await send(other, notification('AddTaskNotify', { eventId: String(id), wonum }));
  };
  await other.settle('spg-projector');
  await come(700_010);
  await step(other, 10);
  await come(700_005, 700_011, 700_012);
  await step(other, 1);
  const folded = await rowsOf(other, wonum);
  expect(folded).toMatchObject([{ last_event_id: '700012' }]);
  // To be folded anew they would have to be read.
  await other.dataSource.query(`UPDATE spg_notification SET body = 'x' WHERE wonum = $1`, [wonum]);
  await step(other, 2);
  expect(contentsOf(await rowsOf(other, wonum))).toEqual(contentsOf(folded));
});
