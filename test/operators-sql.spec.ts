import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { afterOpening, arriveAndLook, briefGapsOf } from './support/gaps';
import { type Gateway, startGateway } from './support/gateway';
import { read, send } from './support/http';
import { notification } from './support/notification';
import { startOver } from './support/rows';
import { nextEventId, Story } from './support/story';

const ROOT = join(__dirname, '..');

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => startOver(gateway.dataSource));

describe('docker/postgres/forget-work-orders.sql', () => {
  /** The file as psql would run it. @returns how many work orders it says that it has forgotten */
  async function forget(days: number): Promise<number> {
    const file = readFileSync(join(ROOT, 'docker/postgres/forget-work-orders.sql'), 'utf8');
    const [orders = '', conflicts = ''] = file
      .replaceAll(/^--.*$/gm, '')
      .replaceAll(':days', String(days))
      .split(';');
    const [row] = await gateway.dataSource.query<{ 'work orders forgotten': string }[]>(orders);
    await gateway.dataSource.query(conflicts);
    return Number(row?.['work orders forgotten']);
  }

  /** As if all of it had come so many days ago. */
  async function age({ wonum }: Story, days: number): Promise<void> {
    const ago = `now() - ${days} * interval '1 day'`;
    await gateway.dataSource.query(`UPDATE spg_work_order SET changed_at = ${ago} WHERE wonum = $1`, [wonum]);
    await gateway.dataSource.query(`UPDATE spg_notification SET received_at = ${ago} WHERE wonum = $1`, [
      wonum,
    ]);
  }

  async function newOrder(end?: 'CloseWorkOrderNotify' | 'CancelWorkOrderNotify'): Promise<Story> {
    const story = await new Story(gateway).by('CreateWorkOrderNotify');
    return end ? story.by(end) : story;
  }

  async function kept(): Promise<unknown> {
    const [row] = await gateway.dataSource.query<object[]>(`
      SELECT ARRAY(SELECT wonum FROM spg_work_order ORDER BY 1) AS orders,
        ARRAY(SELECT DISTINCT wonum FROM spg_notification ORDER BY 1) AS originals,
        (SELECT count(*)::int FROM spg_conflicting_notification) AS conflicts`);
    return row;
  }

  it('forgets work orders that ended before, with their originals, and no others', async () => {
    const closed = await newOrder('CloseWorkOrderNotify');
    const cancelled = await newOrder('CancelWorkOrderNotify');
    const recent = await newOrder('CloseWorkOrderNotify');
    const open = await newOrder();
    for (const story of [closed, cancelled, open]) await age(story, 31);
    await age(recent, 29);
    expect(await forget(30)).toBe(2);
    expect(await forget(30)).toBe(0);
    const rest = [recent.wonum, open.wonum].toSorted();
    expect(await kept()).toEqual({ orders: rest, originals: rest, conflicts: 0 });
    expect((await read(gateway, `/spg/work-orders/${closed.wonum}`)).status).toBe(404);
    expect(await gateway.settle('spg-gaps').then(() => briefGapsOf(gateway))).toEqual([]);
  });

  it('keeps what has just come for one of them, and nobody has looked at yet', async () => {
    const story = await newOrder('CloseWorkOrderNotify');
    await age(story, 31);
    const late = notification('UpdateWorkOrderAdditionalInfosNotify', {
      eventId: nextEventId(),
      wonum: story.wonum,
    });
    expect((await send(gateway, late)).status).toBe(200);
    expect(await forget(30)).toBe(1);
    await gateway.settle('spg-projector');
    expect(await kept()).toMatchObject({ orders: [story.wonum], originals: [story.wonum] });
    expect((await send(gateway, late)).body).toMatchObject({ status: 'duplicate' });
  });

  it('forgets conflicts that are as old', async () => {
    const first = notification('AddTaskNotify', { eventId: nextEventId() });
    expect((await send(gateway, first)).status).toBe(200);
    expect(
      (await send(gateway, { ...first, message: { ...(first['message'] as object), summary: 'x' } })).status,
    ).toBe(409);
    await forget(30);
    expect(await kept()).toMatchObject({ conflicts: 1 });
    await gateway.dataSource.query(
      `UPDATE spg_conflicting_notification SET received_at = now() - interval '31 days'`,
    );
    await forget(30);
    expect(await kept()).toMatchObject({ conflicts: 0 });
  });
});

describe('the README, of a gap that will never close', () => {
  const [one = '', backward = ''] = [
    ...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```sql\n([^`]*)```/g),
  ]
    .map(([, sql = '']) => sql)
    .filter((sql) => sql.includes('spg_gap'));

  async function confirmAll(): Promise<void> {
    await gateway.app.get(GapConfirmation).confirmOverdue(await afterOpening(gateway, 3_600_000));
  }

  it('a range is taken away, and what comes of it later is stored as ever', async () => {
    await arriveAndLook(gateway, 90_999, 91_005, 91_007);
    await confirmAll();
    expect(await briefGapsOf(gateway)).toEqual(['91000-91004 confirmed', '91006-91006 confirmed']);
    await gateway.dataSource.query(one);
    expect(await briefGapsOf(gateway)).toEqual(['91006-91006 confirmed']);
    await arriveAndLook(gateway, 91_002, 91_006, 91_009);
    expect(await briefGapsOf(gateway)).toEqual(['91006-91006 healed late', '91008-91008 opened']);
  });

  it('after an eventId that was far too high, what is lost is noticed again', async () => {
    await arriveAndLook(gateway, 100, '999999999999999999');
    await arriveAndLook(gateway, 101, 103, 104);
    await confirmAll();
    expect(await briefGapsOf(gateway)).toEqual([
      '101-101 healed late',
      '102-102 confirmed',
      '103-104 healed late',
      '105-999999999999999998 confirmed',
    ]);
    await gateway.dataSource.query(backward);
    expect(await briefGapsOf(gateway)).toEqual([
      '101-101 healed late',
      '102-102 confirmed',
      '103-104 healed late',
    ]);
    await arriveAndLook(gateway, 105, 107);
    expect(await briefGapsOf(gateway)).toContain('106-106 opened');
  });
});
