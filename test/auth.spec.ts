import { CompactSign, generateKeyPair, UnsecuredJWT } from 'jose';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { ask } from './support/http';
import { bytesOf, claimsWith, inSeconds, ISSUER, makeToken, SECRET } from './support/make-token';
import { askWith, NOT_VALID, outcome, outcomeOf } from './support/token-outcome';

const NO_TOKEN = '401 Send a bearer token in the Authorization header.';

function claimRefused(claim: string): string {
  return `401 The bearer token's claim "${claim}" is not acceptable here.`;
}

describe('tokens by a shared secret', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: ISSUER } });
  });
  afterAll(() => gateway.close());

  it('a good one is let in', async () => {
    expect(await outcome(gateway, await makeToken())).toBe('200');
  });

  it.each([
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['a scheme alone', { authorization: 'Bearer' }],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNzd29yZA==' }],
    ['two tokens', { authorization: 'Bearer a.b.c d.e.f' }],
    ['what no token holds', { authorization: 'Bearer {"alg":"none"}' }],
    ["the partner's key", { 'x-api-key': SPG_KEY }],
  ])('who sends %s is told to send one', async (_case, headers) => {
    expect(outcomeOf(await ask(`${gateway.url}/spg/gaps`, { headers }))).toBe(NO_TOKEN);
  });

  it('one without its scheme is none', async () => {
    expect(outcomeOf(await askWith(gateway, await makeToken()))).toBe(NO_TOKEN);
  });

  it('the scheme may be in small letters (RFC 9110 §11.1)', async () => {
    expect(outcomeOf(await askWith(gateway, `bearer ${await makeToken()}`))).toBe('200');
  });

  it('one in the query or a cookie is not looked at', async () => {
    const token = await makeToken();
    for (const name of ['access_token', 'token', 'authorization']) {
      const answer = await ask(`${gateway.url}/spg/gaps?${name}=${token}`, {
        headers: { cookie: `${name}=${token}` },
      });
      expect(outcomeOf(answer)).toBe(NO_TOKEN);
      expect(answer.bytes.toString()).not.toContain(token);
    }
    expect(JSON.stringify(gateway.logs)).not.toContain(token);
  });

  describe('is not valid', () => {
    it('unsigned', async () => {
      const unsigned = new UnsecuredJWT(claimsWith()).encode();
      const [, payload, signature] = (await makeToken()).split('.');
      expect(await outcome(gateway, unsigned)).toBe(NOT_VALID);
      for (const alg of ['none', 'None', 'NONE', '']) {
        const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
        expect(await outcome(gateway, `${header}.${payload}.${signature}`)).toBe(NOT_VALID);
        expect(outcomeOf(await askWith(gateway, `Bearer ${header}.${payload}.`))).toBe(NOT_VALID);
      }
    });

    it('signed with another secret, or with none', async () => {
      expect(await outcome(gateway, await makeToken({ key: bytesOf(`${SECRET}x`) }))).toBe(NOT_VALID);
      expect(await outcome(gateway, await makeToken({ key: new Uint8Array(32) }))).toBe(NOT_VALID);
    });

    it('with another payload than the signed one', async () => {
      const [header, , signature] = (await makeToken()).split('.');
      const other = Buffer.from(JSON.stringify(claimsWith({ partyId: 'owner' }))).toString('base64url');
      expect(await outcome(gateway, `${header}.${other}.${signature}`)).toBe(NOT_VALID);
    });

    it.each(['HS384', 'HS512'])('signed with the secret, but by %s', async (alg) => {
      expect(await outcome(gateway, await makeToken({ alg, key: bytesOf(SECRET.repeat(2)) }))).toBe(
        NOT_VALID,
      );
    });

    it('signed with a private key', async () => {
      const { privateKey } = await generateKeyPair('RS256');
      expect(await outcome(gateway, await makeToken({ alg: 'RS256', key: privateKey }))).toBe(NOT_VALID);
    });

    it.each(['x', 'a.b.c', '..', 'a.b.c.d.e', `${'e30.'.repeat(2)}e30`])('%s', async (token) => {
      expect(outcomeOf(await askWith(gateway, `Bearer ${token}`))).toBe(NOT_VALID);
    });

    it('with a payload that is no JSON object', async () => {
      for (const payload of ['text', '[]', 'null', '']) {
        const token = await new CompactSign(bytesOf(payload))
          .setProtectedHeader({ alg: 'HS256' })
          .sign(bytesOf(SECRET));
        expect(await outcome(gateway, token)).toBe(NOT_VALID);
      }
    });
  });

  it.each([
    ['expired within the tolerance of clocks', { exp: inSeconds(-10) }, '200'],
    ['expired', { exp: inSeconds(-31) }, '401 The bearer token has expired.'],
    ['not valid yet, within the tolerance', { nbf: inSeconds(20) }, '200'],
    ['not valid yet', { nbf: inSeconds(300) }, claimRefused('nbf')],
    ['that never expires', { exp: undefined }, claimRefused('exp')],
    ['of another issuer', { iss: `${ISSUER}/` }, claimRefused('iss')],
    ['of no issuer', { iss: undefined }, claimRefused('iss')],
    ['for somebody else', { aud: 'kereru' }, claimRefused('aud')],
    ['for nobody', { aud: undefined }, claimRefused('aud')],
    ['for us and others', { aud: ['kereru', 'karere'] }, '200'],
    ['of no party', { partyId: undefined }, '401 The bearer token has no claim "partyId".'],
    ['of an empty party', { partyId: '' }, '401 The bearer token has no claim "partyId".'],
    ['of a party that is a number', { partyId: 7 }, '401 The bearer token has no claim "partyId".'],
    ['of a party with half a character', { partyId: '\u{D800}' }, claimRefused('partyId')],
    ['of a party with a NUL', { partyId: 'party\0' }, claimRefused('partyId')],
    ['of a party with a long name', { partyId: 'p'.repeat(255) }, '200'],
    ['of a party with too long a name', { partyId: 'p'.repeat(256) }, claimRefused('partyId')],
    ['of no client', { clientId: undefined }, '401 The bearer token has no claim "clientId".'],
    ['of a client under its other name', { clientId: undefined, cid: 'client-1' }, '200'],
    ['of no organisation', { organisation: undefined }, '401 The bearer token has no claim "organisation".'],
  ])('one %s', async (_case, claims, expected) => {
    expect(await outcome(gateway, await makeToken({ claims }))).toBe(expected);
  });

  it.each([
    ['the scope alone', { scope: 'spg:read' }, true],
    ['a list of scopes under the other name', { scope: undefined, scp: ['events:admin', 'spg:read'] }, true],
    ['a text of scopes under the other name', { scope: undefined, scp: 'events:admin spg:read' }, true],
    ['no scope', { scope: undefined }, false],
    ['an empty scope', { scope: '' }, false],
    ['another scope', { scope: 'events:admin' }, false],
    ['more than the scope', { scope: 'spg:read:all' }, false],
    ['a part of the scope', { scope: 'spg' }, false],
    ['the scope in capitals', { scope: 'SPG:READ' }, false],
    ['scopes joined by commas', { scope: 'events:admin,spg:read' }, false],
    ['lists in a list', { scope: undefined, scp: [['spg:read']] }, false],
  ])('one with %s', async (_case, claims, isEnough) => {
    const expected = isEnough ? '200' : '403 This needs the scope "spg:read".';
    expect(await outcome(gateway, await makeToken({ claims }))).toBe(expected);
  });
});
