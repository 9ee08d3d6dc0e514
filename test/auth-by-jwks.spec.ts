import { exportJWK, exportSPKI, generateKeyPair, type GenerateKeyPairResult, type JWK, SignJWT } from 'jose';
import { type Gateway, startGateway } from './support/gateway';
import { JwksServer } from './support/jwks-server';
import { bytesOf, claimsWith, inSeconds, ISSUER, makeToken, SECRET } from './support/make-token';
import { askWith, NOT_VALID, outcome, outcomeOf } from './support/token-outcome';

interface Pair extends GenerateKeyPairResult {
  readonly alg: string;
  readonly kid: string;
  /** The public one, as it is published. */
  readonly jwk: JWK;
}

describe("tokens by the issuer's published keys", () => {
  const pairs: Pair[] = [];
  let issuer: JwksServer;
  let gateway: Gateway;

  beforeAll(async () => {
    for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const kid = `key-of-${alg}`;
      pairs.push({ alg, kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid } });
    }
    issuer = await JwksServer.start();
    const env = { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: issuer.url, AUTH_ISSUER: ISSUER };
    gateway = await startGateway({ env });
  });
  afterAll(async () => {
    await gateway.close();
    await issuer.close();
  });

  function pairOf(wanted: string): Pair {
    const pair = pairs.find(({ alg }) => alg === wanted);
    if (!pair) throw new Error(`no keys for ${wanted}`);
    return pair;
  }

  function signedBy(alg: string, wanted: Parameters<typeof makeToken>[0] = {}): Promise<string> {
    const { kid, privateKey: key } = pairOf(alg);
    return makeToken({ alg, kid, key, ...wanted });
  }

  // The keys are not known yet; from the next test on they are.
  it.each([
    ['is away', undefined],
    ['fails', [500, '{}']],
    ['has moved', [302, '{}']],
    ['sends a page', [200, '<html>']],
    ['sends something else', [200, '{}']],
  ] as const)('nobody is let in or turned away while the issuer %s', async (_case, answer) => {
    issuer.answer = answer;
    const asked = await askWith(gateway, `Bearer ${await signedBy('RS256')}`);
    expect(outcomeOf(asked)).toBe('503 The keys of the token issuer can not be fetched right now.');
    expect(asked.headers['retry-after']).toBe('5');
    expect(asked.bytes.toString()).not.toContain('127.0.0.1');
    const warnings = gateway.logs.filter(({ level }) => level === 'warn');
    expect(warnings.at(-1)).toMatchObject({ err: { message: expect.any(String) as string } });
    expect(gateway.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('one by %s is let in', async (alg) => {
    issuer.publish(pairs.map(({ jwk }) => jwk));
    expect(await outcome(gateway, await signedBy(alg))).toBe('200');
  });

  it('one without the scope is not', async () => {
    const token = await signedBy('ES256', { claims: { scope: 'events:admin' } });
    expect(await outcome(gateway, token)).toBe('403 This needs the scope "spg:read".');
  });

  it('an expired one is not', async () => {
    const token = await signedBy('ES256', { claims: { exp: inSeconds(-300) } });
    expect(await outcome(gateway, token)).toBe('401 The bearer token has expired.');
  });

  it('one by a key that is not published is not, whatever it calls itself, and the keys are not fetched again for it', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const { asked } = issuer;
    for (const kid of ['key-of-RS256', 'key-of-ES256', 'other-1', 'other-2', 'other-3']) {
      expect(await outcome(gateway, await signedBy('RS256', { key: privateKey, kid }))).toBe(NOT_VALID);
    }
    expect(issuer.asked).toBe(asked);
  });

  it('one by a published key taken for a secret is not', async () => {
    const { kid, publicKey, jwk } = pairOf('RS256');
    const pem = await exportSPKI(publicKey);
    for (const secret of [pem, pem.trim(), JSON.stringify(jwk), String(jwk.n), SECRET, 'karere']) {
      const key = bytesOf(secret);
      expect(await outcome(gateway, await makeToken({ key, kid }))).toBe(NOT_VALID);
    }
    expect(await outcome(gateway, await makeToken({ key: new Uint8Array(32), kid }))).toBe(NOT_VALID);
  });

  it('one that brings its own key is not', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const own = await JwksServer.start();
    const jwk = await exportJWK(publicKey);
    own.publish([{ ...jwk, kid: 'mine' }]);
    const token = await new SignJWT(claimsWith())
      .setProtectedHeader({ alg: 'ES256', kid: 'mine', jku: own.url, jwk })
      .sign(privateKey);
    expect(await outcome(gateway, token)).toBe(NOT_VALID);
    expect(own.asked).toBe(0);
    await own.close();
  });

  it('one that names no key is let in by any of those that fit, as while the issuer changes its own', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    const next = { ...(await exportJWK(publicKey)), kid: 'next', alg: 'RS256' };
    const changing = await JwksServer.start();
    changing.publish([{ ...pairOf('RS256').jwk, alg: 'RS256' }, next]);
    const env = { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: changing.url, AUTH_ISSUER: ISSUER };
    const during = await startGateway({ env });
    for (const key of [pairOf('RS256').privateKey, privateKey]) {
      expect(await outcome(during, await makeToken({ alg: 'RS256', key }))).toBe('200');
    }
    const { privateKey: foreign } = await generateKeyPair('RS256');
    expect(await outcome(during, await makeToken({ alg: 'RS256', key: foreign }))).toBe(NOT_VALID);
    const claims = { exp: inSeconds(-300) };
    expect(await outcome(during, await makeToken({ alg: 'RS256', key: privateKey, claims }))).toBe(
      '401 The bearer token has expired.',
    );
    await during.close();
    await changing.close();
  });

  it('those that are known stay good while the issuer is away', async () => {
    issuer.answer = undefined;
    expect(await outcome(gateway, await signedBy('RS256'))).toBe('200');
  });
});
