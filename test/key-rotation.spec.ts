import { exportJWK, generateKeyPair } from 'jose';
import { exampleOf } from '../src/spg/dto/examples';
import { type Gateway, startGateway } from './support/gateway';
import { ask, send } from './support/http';
import { JwksServer } from './support/jwks-server';
import { bytesOf, ISSUER, makeToken } from './support/make-token';
import { ServiceMobility } from './support/service-mobility';
import { outcome } from './support/token-outcome';

const OLD = 'the-old-secret-of-at-least-thirty-two-characters';
const NEW = 'the-new-secret-of-at-least-thirty-two-characters';

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
