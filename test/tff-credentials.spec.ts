import { GapReplay } from '../src/spg/gap-replay.service';
import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { afterOpening, arriveAndLook } from './support/gaps';
import { type Gateway, startGateway } from './support/gateway';
import { startOver } from './support/rows';
import { serve } from './support/small-server';
import { TffPlatform } from './support/tff-platform';

const SECRET = 'p\u{101}ua: 50 % & k\u{16B}mara';

let tff: TffPlatform;
let gateway: Gateway;
/** When the gaps are confirmed. */
let now: Date;
let lastEventId: number;

beforeAll(async () => {
  tff = await TffPlatform.start({ clientSecret: SECRET });
  gateway = await startGateway({ env: tff.environment });
});
beforeEach(async () => {
  await startOver(gateway.dataSource);
  gateway.logs.length = 0;
  tff.replays.length = 0;
  lastEventId = 100;
  await arriveAndLook(gateway, lastEventId);
});
afterAll(async () => {
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
    expect(await requestDue()).toBe(1);
    expect(tff.tokens.issued).toBe(issued + 1);
    expect(tff.replays).toHaveLength(4);
  });

  it('is fetched anew once for each request, not for ever', async () => {
    await lose();
    tff.refuseNext('notifications/replay', 2, 401);
    expect(await requestDue()).toBe(0);
    expect(tff.replays).toEqual([]);
    expect(await requestDue(180)).toBe(1);
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
    expect(await requestDue(180, asking)).toBe(1);
    await asking.close();
  });
});

describe('a token that is not given as it should be', () => {
  it.each([
    'access_token=t0ken-f0rm&token_type=Bearer',
    '"t0ken-f0rm"',
    '{"access_token":"t0ken-f0rm',
    'null',
  ])('is no token, and not in the log: %s', async (text) => {
    const issuer = await serve((_request, response) => response.end(text));
    const asking = await replica({ ...tff.environment, TFF_TOKEN_URL: issuer.url });
    await lose();
    expect(await requestDue(0, asking)).toBe(0);
    expect(asking.logs).toContainEqual(
      expect.objectContaining({
        err: expect.objectContaining({ message: 'TFF answered without an access_token' }) as object,
      }) as object,
    );
    expect(JSON.stringify(asking.logs)).not.toContain('t0ken');
    await asking.close();
    await issuer.close();
  });

  it('is good for as long as it says, also when that is a text', async () => {
    const asked: unknown[] = [];
    const server = await serve(({ url }, response) => {
      asked.push(url);
      response.end(JSON.stringify({ access_token: 'x', expires_in: '30' }));
    });
    const asking = await replica({
      ...tff.environment,
      TFF_TOKEN_URL: `${server.url}/token`,
      TFF_NOTIFICATIONS_URL: server.url,
    });
    await lose();
    expect(await requestDue(0, asking)).toBe(1);
    // It is not used in its last half minute, so each request gets one of its own.
    expect(asked.filter((url) => url === '/token')).toHaveLength(2);
    await asking.close();
    await server.close();
  });
});

describe('secrets', () => {
  it('are sent as RFC 6749 says, and stand in no log line', async () => {
    const presented: string[] = [];
    const issuer = await serve(({ headers }, response) => {
      presented.push(headers.authorization ?? '');
      response.end('{"access_token": 1}');
    });
    const asking = await replica({ ...tff.environment, TFF_TOKEN_URL: issuer.url });
    await lose();
    expect(await requestDue(0, asking)).toBe(0);
    await asking.close();
    await issuer.close();

    const [, credentials = ''] = /^Basic (.+)$/.exec(presented[0] ?? '') ?? [];
    const [id, secret] = Buffer.from(credentials, 'base64').toString().split(':');
    expect([id, decodeURIComponent(secret ?? '')]).toEqual(['karere-at-tff', SECRET]);

    tff.refuseNext('notifications/replay', 1);
    expect([await requestDue(180), await requestDue(1000)]).toEqual([0, 1]);
    const logged = JSON.stringify([asking.logs, gateway.logs]);
    for (const never of [SECRET, encodeURIComponent(SECRET), credentials])
      expect(logged).not.toContain(never);
    expect(logged).toContain('TFF answered without an access_token');
    expect(logged).toContain('TFF answered 503 to the request for a replay');
  });

  it.each(['TFF_TOKEN_URL', 'TFF_NOTIFICATIONS_URL'])('do not follow a redirect of %s', async (name) => {
    const presented: unknown[] = [];
    const elsewhere = await serve(({ headers }, response) => {
      presented.push(headers);
      response.end('{}');
    });
    const moved = await serve((_request, response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
    });
    const asking = await replica({ ...tff.environment, [name]: moved.url });
    await lose();
    expect(await requestDue(0, asking)).toBe(0);
    expect(presented).toEqual([]);
    for (const each of [asking, moved, elsewhere]) await each.close();
  });
});
