import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GapReplay } from '../src/spg/gap-replay.service';
import { Gaps } from '../src/spg/gaps.service';
import { afterOpening, arriveAndLook, briefGapsOf, gapEventsOf } from './support/gaps';
import { type Gateway, startGateway } from './support/gateway';
import { startOver } from './support/rows';
import { TffPlatform } from './support/tff-platform';

const SECRET = 'p\u{101}ua: 50 % & k\u{16B}mara';

let tff: TffPlatform;
/** Two replicas on one database. */
let gateway: Gateway;
let other: Gateway;
/** When the gaps are confirmed. */
let now: Date;
let lastEventId: number;

beforeAll(async () => {
  tff = await TffPlatform.start({ clientSecret: SECRET });
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
  await gateway.app.get(Gaps).confirmOverdue(now);
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

  it('is asked for once', async () => {
    await lose();
    await requestDue();
    expect(await requestDue()).toBe(0);
    expect(await requestDue(1_000_000)).toBe(0);
    expect(tff.replays).toHaveLength(2);
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

  it('is healed by the replay, in part or whole, and that is stated', async () => {
    await lose();
    await requestDue();
    await arriveAndLook(gateway, 102);
    expect(await briefGapsOf(gateway)).toEqual(['101-101 confirmed', '102-102 healed replay']);
    expect(await requestDue(1_000_000)).toBe(0);
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
  it('asks again a minute later, then after twice as long each time', async () => {
    await lose();
    tff.refuseNext('notifications/replay', 4, 500);
    const dueAt = [0, 60, 180, 420];
    for (const due of dueAt) {
      expect([due, await requestDue(due)]).toEqual([due, 0]);
      // Not before its time.
      expect([due, await requestDue(2 * due + 59)]).toEqual([due, 0]);
    }
    expect(tff.replays).toEqual([]);
    expect(await requestDue(900)).toBe(1);
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
    jest.spyOn(tff.replays, 'push').mockImplementationOnce((granted) => {
      tff.refuseNext('notifications/replay', 1);
      return tff.replays.push(granted);
    });
    expect(await requestDue()).toBe(0);
    expect(tff.replays.map(({ status }) => status)).toEqual(['fail']);
    expect(await requestDue(60)).toBe(1);
    expect(tff.replays.map(({ status }) => status)).toEqual(['fail', 'fail', 'sent']);
  });

  it('goes on with the next gap', async () => {
    await lose(2);
    tff.refuseNext('notifications/replay', 1);
    expect(await requestDue()).toBe(1);
    expect(await requestDue(60)).toBe(1);
  });

  it('asks again when there is nobody at the address', async () => {
    const gone = await TffPlatform.start();
    const asking = await replica({ ...tff.environment, TFF_NOTIFICATIONS_URL: gone.url });
    await gone.stop();
    await lose();
    expect(await requestDue(0, asking)).toBe(0);
    expect(await requestDue(59)).toBe(0);
    expect(await requestDue(60)).toBe(1);
    await asking.close();
  });
});

describe('the access token', () => {
  it('is fetched once and used until it expires', async () => {
    const fresh = await TffPlatform.start();
    const asking = await replica(fresh.environment);
    await lose(2);
    expect(await requestDue(0, asking)).toBe(2);
    expect(fresh.tokens.issued).toBe(1);
    await asking.close();
    await fresh.stop();
  });

  it('is fetched anew when TFF does not accept it any more', async () => {
    await lose();
    await requestDue();
    const { issued } = tff.tokens;
    tff.tokens.expireAll();
    await lose();
    expect(await requestDue()).toBe(0);
    expect(await requestDue(60)).toBe(1);
    expect(tff.tokens.issued).toBe(issued + 1);
  });

  it('is not used in its last half minute', async () => {
    const hasty = await TffPlatform.start({ tokenSeconds: 30 });
    const asking = await replica(hasty.environment);
    await lose();
    expect(await requestDue(0, asking)).toBe(1);
    expect(hasty.tokens.issued).toBe(2);
    await asking.close();
    await hasty.stop();
  });

  it('is asked for again later when it is not given', async () => {
    const asking = await replica(tff.environment);
    await lose();
    tff.refuseNext('token', 1);
    expect(await requestDue(0, asking)).toBe(0);
    expect(tff.replays).toEqual([]);
    expect(await requestDue(60, asking)).toBe(1);
    await asking.close();
  });
});

describe('secrets', () => {
  let elsewhere: Server;
  const presented: (string | undefined)[] = [];

  beforeEach(async () => {
    presented.length = 0;
    elsewhere = createServer(({ headers }, response) => {
      presented.push(headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token": 1}');
    });
    await new Promise<void>((resolve) => {
      elsewhere.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(
    () =>
      new Promise((resolve) => {
        elsewhere.close(resolve);
      }),
  );

  it('are sent as RFC 6749 says, and stand in no log line', async () => {
    const { port } = elsewhere.address() as AddressInfo;
    const env = { ...tff.environment, TFF_TOKEN_URL: `http://127.0.0.1:${port}/token` };
    const asking = await replica(env);
    await lose();
    expect(await requestDue(0, asking)).toBe(0);
    await asking.close();

    const [credentials = ''] = presented.map((header) => /^Basic (.+)$/.exec(header ?? '')?.[1]);
    const [id, secret] = Buffer.from(credentials, 'base64').toString().split(':');
    expect([id, decodeURIComponent(secret ?? '')]).toEqual(['karere-at-tff', SECRET]);

    tff.refuseNext('notifications/replay', 1);
    await requestDue(60);
    await requestDue(1000);
    expect(tff.replays).toHaveLength(2);
    const logged = JSON.stringify([asking.logs, gateway.logs]);
    for (const never of [SECRET, encodeURIComponent(SECRET), credentials])
      expect(logged).not.toContain(never);
    expect(logged).toContain('TFF answered without an access_token');
  });

  it('do not follow a redirect to another place', async () => {
    const { port } = elsewhere.address() as AddressInfo;
    const redirecting = createServer((_request, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
    });
    await new Promise<void>((resolve) => {
      redirecting.listen(0, '127.0.0.1', resolve);
    });
    const from = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
    for (const name of ['TFF_TOKEN_URL', 'TFF_NOTIFICATIONS_URL']) {
      await lose();
      const env = { ...tff.environment, [name]: from };
      const asking = await replica(env);
      expect(await requestDue(0, asking)).toBe(0);
      await asking.close();
    }
    expect(presented).toEqual([]);
    redirecting.closeAllConnections();
    redirecting.close();
  });
});
