import { GapReplay } from '../src/spg/gap-replay.service';
import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { afterOpening, arriveAndLook, briefGapsOf, gapEventsOf } from './support/gaps';
import { Gate } from './support/gate';
import { type Gateway, startGateway } from './support/gateway';
import { startOver } from './support/rows';
import { serve } from './support/small-server';
import { TffPlatform } from './support/tff-platform';

let tff: TffPlatform;
/** Two replicas on one database. */
let gateway: Gateway;
let other: Gateway;
/** When the gaps are confirmed. */
let now: Date;
let lastEventId: number;

beforeAll(async () => {
  tff = await TffPlatform.start();
  gateway = await startGateway({ env: tff.environment });
  other = await replica(tff.environment);
});
beforeEach(async () => {
  await startOver(gateway.dataSource);
  gateway.logs.length = 0;
  tff.replays.length = 0;
  lastEventId = 100;
  await arriveAndLook(gateway, lastEventId);
});
afterAll(async () => {
  await other.close();
  await gateway.close();
  await tff.stop();
});

function replica(env: Record<string, string>): Promise<Gateway> {
  return startGateway({ databaseUrl: gateway.databaseUrl, env });
}

/** Each time two are missing, at first 101 and 102, and that is confirmed. */
async function lose(times = 1): Promise<void> {
  for (let count = 0; count < times; count += 1) await arriveAndLook(gateway, (lastEventId += 3));
  now = await afterOpening(gateway, 60_000);
  await gateway.app.get(GapConfirmation).confirmOverdue(now);
}

function requestDue(secondsLater = 0, { app } = gateway): Promise<number> {
  return app.get(GapReplay).requestDue(new Date(now.getTime() + secondsLater * 1000));
}

describe('a confirmed gap', () => {
  it('is asked for at TFF: what failed and what TFF believes to have sent, of just that time', async () => {
    await lose();
    expect(await requestDue()).toBe(1);
    const event = {
      eventType: 'SPWorkOrderNotification',
      createdFrom: '2026-08-12T21:15:00.000Z',
      createdTo: '2026-08-12T21:15:00.001Z',
    };
    expect(tff.replays).toEqual([
      { status: 'fail', event, limit: 4, dryRun: false },
      { status: 'sent', event, limit: 4, dryRun: false },
    ]);
  });

  it('is asked for again for as long as something of it is missing, after twice as long each time', async () => {
    await lose();
    expect(await requestDue()).toBe(1);
    for (const [tooEarly, due] of [
      [179, 180],
      [539, 540],
    ] as const) {
      expect([due, await requestDue(tooEarly), await requestDue(due)]).toEqual([due, 0, 1]);
    }
    expect(tff.replays).toHaveLength(6);
    await arriveAndLook(gateway, 101, 102);
    expect(await requestDue(1_000_000)).toBe(0);
  });

  it('of which TFF sends only a part is asked for what is left, soon again', async () => {
    await lose();
    await gateway.dataSource.query('UPDATE spg_gap SET replay_attempts = 10');
    await requestDue();
    await arriveAndLook(gateway, 101);
    expect(await requestDue(3600)).toBe(1);
    expect(tff.replays.map(({ limit }) => limit)).toEqual([4, 4, 3, 3]);
    expect(await requestDue(3600 + 180)).toBe(1);
  });

  it('is told with what TFF says to have sent', async () => {
    const server = await serve((_request, response) =>
      response.end('{"results":{"sent":2,"errored":1,"notifications":[]}}'),
    );
    const asking = await replica({ ...tff.environment, TFF_NOTIFICATIONS_URL: server.url });
    await lose();
    await requestDue(0, asking);
    expect(asking.logs).toContainEqual(
      expect.objectContaining({
        msg: 'asked TFF to replay what is lost',
        from: '101',
        sent: 4,
        errored: 2,
      }) as object,
    );
    await asking.close();
    await server.close();
  });

  it('is asked for without an end when TFF does not know that member', async () => {
    await lose();
    tff.refuseNext('notifications/replay', 1, 400);
    expect(await requestDue()).toBe(1);
    const [first, second] = tff.replays;
    expect(first?.event).toEqual({
      eventType: 'SPWorkOrderNotification',
      createdFrom: '2026-08-12T21:15:00.000Z',
    });
    expect([first?.status, second?.status]).toEqual(['fail', 'sent']);
  });

  it('is asked for without an end when its neighbours were made in the wrong order', async () => {
    await lose();
    await gateway.dataSource.query(
      `UPDATE spg_notification SET event_timestamp = event_timestamp - interval '1 hour' WHERE event_id = 103`,
    );
    await requestDue();
    expect(tff.replays[0]?.event).not.toHaveProperty('createdTo');
  });

  it('is not asked for by a second run while the first is at it', async () => {
    const gate = new Gate();
    const slow = await serve((_request, response) => void gate.pass().then(() => response.end('{}')));
    const asking = await replica({ ...tff.environment, TFF_NOTIFICATIONS_URL: slow.url });
    await lose(2);
    const first = requestDue(0, asking);
    await gate.reached;
    expect(await requestDue(0, asking)).toBe(0);
    gate.open();
    expect(await first).toBe(2);
    await asking.close();
    await slow.close();
  });

  it('is asked for once over all replicas, each gap by itself', async () => {
    await lose(5);
    const counts = await Promise.all([
      requestDue(),
      requestDue(0, other),
      requestDue(),
      requestDue(0, other),
    ]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(5);
    expect(tff.replays).toHaveLength(10);
  });

  it('is asked for once when both replicas are at it at the same instant', async () => {
    const { dataSource } = gateway;
    await lose();
    // Claiming takes long enough for the others to come to the same gap.
    await dataSource.query(`
      CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END $$`);
    await dataSource.query(`
      CREATE TRIGGER linger BEFORE UPDATE ON spg_gap FOR EACH ROW
      WHEN (NEW.replay_attempts > OLD.replay_attempts) EXECUTE FUNCTION linger()`);
    const runs = [requestDue(), requestDue(0, other), requestDue(), requestDue(0, other)];
    expect((await Promise.all(runs)).reduce((sum, count) => sum + count)).toBe(1);
    expect(tff.replays).toHaveLength(2);
    await dataSource.query('DROP FUNCTION linger CASCADE');
  });

  it('is healed by the replay also when TFF sends before it answers', async () => {
    const gate = new Gate();
    const slow = await serve((_request, response) => void gate.pass().then(() => response.end('{}')));
    const asking = await replica({ ...tff.environment, TFF_NOTIFICATIONS_URL: slow.url });
    await lose();
    const asked = requestDue(0, asking);
    await gate.reached;
    await arriveAndLook(gateway, 101);
    gate.open();
    expect(await asked).toBe(1);
    expect(await briefGapsOf(gateway)).toEqual(['101-101 healed replay', '102-102 confirmed']);
    await asking.close();
    await slow.close();
  });

  it('is healed by the replay, in part or whole, and that is stated', async () => {
    await lose();
    await requestDue();
    await arriveAndLook(gateway, 102);
    expect(await briefGapsOf(gateway)).toEqual(['101-101 confirmed', '102-102 healed replay']);
    await arriveAndLook(gateway, 101);
    expect(await briefGapsOf(gateway)).toEqual(['101-102 healed replay']);
    expect((await gapEventsOf(gateway)).slice(-2)).toEqual(['healed 102-102', 'healed 101-101']);
  });

  it('is not asked for when it has come late meanwhile', async () => {
    await lose();
    await arriveAndLook(gateway, 101, 102);
    expect(await requestDue()).toBe(0);
    expect(await briefGapsOf(gateway)).toEqual(['101-102 healed late']);
    expect(tff.replays).toEqual([]);
  });

  it('is not asked for before it is confirmed', async () => {
    await arriveAndLook(gateway, 103);
    now = await afterOpening(gateway, 1_000_000);
    expect(await requestDue()).toBe(0);
    expect(tff.replays).toEqual([]);
  });

  it('is only reported when nobody is configured to ask', async () => {
    const alone = await replica({});
    await lose();
    expect(await requestDue(1_000_000, alone)).toBe(0);
    await alone.close();
    // As soon as somebody is, it is asked for after all.
    expect(await requestDue(1_000_000)).toBe(1);
  });
});

describe('who is not granted a replay', () => {
  it('asks again three minutes later, then after twice as long each time', async () => {
    await lose();
    tff.refuseNext('notifications/replay', 4, 500);
    const dueAt = [0, 180, 540, 1260];
    for (const due of dueAt) {
      expect([due, await requestDue(due)]).toEqual([due, 0]);
      // Not before its time.
      expect([due, await requestDue(2 * due + 179)]).toEqual([due, 0]);
    }
    expect(tff.replays).toEqual([]);
    expect(await requestDue(2700)).toBe(1);
    const warnings = gateway.logs.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(warnings[0]).toMatchObject({
      from: '101',
      to: '102',
      msg: 'could not ask for a replay; trying again later',
      err: { message: 'TFF answered 500 to the request for a replay' },
    });
  });

  it('asks every hour in the end, for ever', async () => {
    await lose();
    await gateway.dataSource.query('UPDATE spg_gap SET replay_attempts = 5000');
    tff.refuseNext('notifications/replay', 1);
    expect(await requestDue()).toBe(0);
    expect(await requestDue(3599)).toBe(0);
    expect(await requestDue(3600)).toBe(1);
  });

  it('asks for both halves again when only one was granted', async () => {
    await lose();
    const granting = jest.spyOn(tff.replays, 'push').mockImplementationOnce((granted) => {
      tff.refuseNext('notifications/replay', 1);
      return tff.replays.push(granted);
    });
    expect(await requestDue()).toBe(0);
    granting.mockRestore();
    expect(tff.replays.map(({ status }) => status)).toEqual(['fail']);
    expect(await requestDue(180)).toBe(1);
    expect(tff.replays.map(({ status }) => status)).toEqual(['fail', 'fail', 'sent']);
  });

  it('goes on with the next gap', async () => {
    await lose(2);
    tff.refuseNext('notifications/replay', 1);
    expect(await requestDue()).toBe(1);
    expect(tff.replays).toHaveLength(2);
    expect(await requestDue(181)).toBe(2);
  });

  it('asks again when there is nobody at the address', async () => {
    const gone = await TffPlatform.start();
    const asking = await replica({ ...tff.environment, TFF_NOTIFICATIONS_URL: gone.url });
    await gone.stop();
    await lose();
    expect(await requestDue(0, asking)).toBe(0);
    expect(await requestDue(179)).toBe(0);
    expect(await requestDue(180)).toBe(1);
    await asking.close();
  });
});
