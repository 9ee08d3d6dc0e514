import { exportJWK, generateKeyPair } from 'jose';
import { exampleOf } from '../src/spg/dto/examples';
import { type Gateway, startGateway } from './support/gateway';
import { ask, send } from './support/http';
import { JwksServer } from './support/jwks-server';
import { bytesOf, ISSUER, makeToken } from './support/make-token';
import { ServiceMobility } from './support/service-mobility';
import { Subscriber, subscriptionTo } from './support/subscriber';
import { outcome } from './support/token-outcome';
import { WebhookReceiver } from './support/webhook-receiver';

const OLD = 'the-old-secret-of-at-least-thirty-two-characters';
const NEW = 'the-new-secret-of-at-least-thirty-two-characters';
const OLD_KEY = Buffer.alloc(32, 'o').toString('base64');
const NEW_KEY = Buffer.alloc(32, 'n').toString('base64');

const started: Gateway[] = [];

afterAll(async () => {
  // The first has the database of all.
  for (const gateway of started.toReversed()) await gateway.close();
});

/** The same installation with other settings, as its replicas are one after the other while they are changed. */
async function startedWith(env: Record<string, string>): Promise<Gateway> {
  const databaseUrl = started[0]?.databaseUrl;
  const gateway = await startGateway({
    env: { AUTH_ISSUER: ISSUER, ...env },
    ...(databaseUrl !== undefined && { databaseUrl }),
  });
  started.push(gateway);
  return gateway;
}

it('a key of the Service Partner Gateway: both are good while it changes over', async () => {
  const statusWith = async (gateway: Gateway, key: string): Promise<number> =>
    (await send(gateway, exampleOf('CreateWorkOrderNotify'), { 'x-api-key': key })).status;
  const before = await startedWith({ SPG_API_KEYS: OLD });
  const between = await startedWith({ SPG_API_KEYS: `${OLD},${NEW}` });
  const after = await startedWith({ SPG_API_KEYS: NEW });
  const seen = [];
  for (const gateway of [before, between, after]) {
    seen.push([await statusWith(gateway, OLD), await statusWith(gateway, NEW)]);
  }
  expect(seen).toEqual([
    [200, 401],
    [200, 200],
    [401, 200],
  ]);
});

it('the secret of bearer tokens: those by the one before are good until it is taken back', async () => {
  const by = (secret: string): Promise<string> => makeToken({ key: bytesOf(secret) });
  const between = await startedWith({
    AUTH_JWT_SECRET: NEW,
    AUTH_JWT_SECRETS_PREVIOUS: `older-${OLD},${OLD}`,
  });
  const after = await startedWith({ AUTH_JWT_SECRET: NEW });
  for (const secret of [NEW, OLD, `older-${OLD}`])
    expect(await outcome(between, await by(secret))).toBe('200');
  expect(await outcome(between, await by('a-secret-of-nobody-with-thirty-two-characters'))).toMatch(/^401/);
  expect(await outcome(between, await makeToken({ key: bytesOf(OLD), claims: { exp: 1 } }))).toBe(
    '401 The bearer token has expired.',
  );
  expect(await outcome(after, await by(NEW))).toBe('200');
  expect(await outcome(after, await by(OLD))).toMatch(/^401/);
});

it('the keys of a token issuer: all that are published are good, and one that is taken back is not', async () => {
  const issuer = await JwksServer.start();
  const [first, second] = await Promise.all(
    ['first', 'second'].map(async (kid) => {
      const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
      return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } };
    }),
  );
  if (!first || !second) throw new Error('no keys');
  const by = ({ kid, privateKey: key }: typeof first): Promise<string> =>
    makeToken({ alg: 'ES256', kid, key });
  const env = { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: issuer.url };

  issuer.publish([first.jwk, second.jwk]);
  const before = await startedWith(env);
  expect(await outcome(before, await by(first))).toBe('200');
  expect(await outcome(before, await by(second))).toBe('200');

  issuer.publish([second.jwk]);
  const after = await startedWith(env);
  expect(await outcome(after, await by(second))).toBe('200');
  expect(await outcome(after, await by(first))).toMatch(/^401/);
  await issuer.close();
});

it('the secret of ServiceMobility: technicians who are logged in stay so', async () => {
  const between = await startedWith({ FOLLOWUP_JWT_SECRET: NEW, FOLLOWUP_JWT_SECRETS_PREVIOUS: OLD });
  const after = await startedWith({ FOLLOWUP_JWT_SECRET: NEW });
  const statusWith = async ({ url }: Gateway, secret: string): Promise<number> => {
    const { token } = await new ServiceMobility({ url, secret }).ownTechnician('tui');
    const { status } = await ask(`${url}/followup-booking/appointments/open-slots`, {
      method: 'POST',
      headers: { 'x-access-token': token, 'content-type': 'application/json' },
      body: '{}',
    });
    return status;
  };
  // Let in, and then told what the search lacks.
  expect(await statusWith(between, OLD)).toBe(400);
  expect(await statusWith(between, NEW)).toBe(400);
  expect(await statusWith(after, OLD)).toBe(401);
  expect(await statusWith(after, NEW)).toBe(400);
});

describe('in three rounds, in each of which replicas are restarted one after the other', () => {
  const settings = (secret: string, key: string, previous?: { secret: string; key: string }) => ({
    AUTH_JWT_SECRET: secret,
    FOLLOWUP_JWT_SECRET: `followup-${secret}`,
    ENCRYPTION_KEY: key,
    ...(previous && {
      AUTH_JWT_SECRETS_PREVIOUS: previous.secret,
      FOLLOWUP_JWT_SECRETS_PREVIOUS: `followup-${previous.secret}`,
      ENCRYPTION_KEYS_PREVIOUS: previous.key,
    }),
  });
  const ROUNDS = [
    settings(OLD, OLD_KEY),
    settings(OLD, OLD_KEY, { secret: NEW, key: NEW_KEY }),
    settings(NEW, NEW_KEY, { secret: OLD, key: OLD_KEY }),
    settings(NEW, NEW_KEY),
  ];
  interface Replica {
    readonly gateway: Gateway;
    /** By which its issuer signs bearer tokens. */
    readonly secret: string;
  }

  const replicas: Replica[] = [];
  let receiver: WebhookReceiver;

  /** Those that are at work at the same time: what the first makes, the second has to understand. */
  function meetings(): [Replica, Replica][] {
    return replicas.flatMap((replica, index): [Replica, Replica][] => {
      const next = replicas[index + 1];
      return next
        ? [
            [replica, next],
            [next, replica],
          ]
        : [];
    });
  }

  function tokenOf({ secret }: Replica): Promise<string> {
    return makeToken({ key: bytesOf(secret), claims: { partyId: 'owner' } });
  }

  function subscriberAt({ gateway: { url } }: Replica, issuer: Replica): Subscriber {
    return new Subscriber({ url, token: () => tokenOf(issuer) });
  }

  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    for (const env of ROUNDS) {
      replicas.push({ gateway: await startedWith(env), secret: env.AUTH_JWT_SECRET });
    }
  });
  afterAll(() => receiver.close());

  it('bearer tokens for the one are good at the other', async () => {
    expect(meetings()).toHaveLength(6);
    for (const [one, other] of meetings()) {
      expect(await outcome(other.gateway, await tokenOf(one))).toBe('200');
    }
  });

  it('technicians whom the one has logged in are let in by the other', async () => {
    for (const [one, other] of meetings()) {
      const { body } = await ask(`${one.gateway.url}/followup-booking/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'technician', password: 'karere' }),
      });
      const { status } = await ask(`${other.gateway.url}/followup-booking/appointments/open-slots`, {
        method: 'POST',
        headers: { 'x-access-token': String(body['token']), 'content-type': 'application/json' },
        body: '{}',
      });
      // Let in, and then told what the search lacks.
      expect(status).toBe(400);
    }
  });

  it('what the one has sealed, the other opens', async () => {
    for (const [index, [one, other]] of meetings().entries()) {
      const channel = { callbackUri: `${receiver.url}?meeting=${index}`, apiKey: 'huia' };
      const { id } = await subscriberAt(one, one).subscribe(
        subscriptionTo(receiver.url, { notificationChannels: { webhook: [channel] } }),
      );
      const before = receiver.received.length;
      expect((await subscriberAt(other, other).ask('POST', `/subscriptions/${id}/test`)).status).toBe(200);
      expect(receiver.received).toHaveLength(before + 1);
      expect(receiver.received.at(-1)?.headers['x-api-key']).toBe('huia');
    }
  });

  it('in two it would not do: a replica that is not restarted yet refuses what a new one has made', async () => {
    const [first, , third] = replicas;
    if (!first || !third) throw new Error('no replicas');
    expect(await outcome(first.gateway, await tokenOf(third))).toMatch(/^401/);
  });
});
