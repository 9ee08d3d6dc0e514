import { SignJWT } from 'jose';

interface Wanted {
  /** What is otherwise than in a good token; what is undefined is left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly alg?: string;
  readonly kid?: string;
  readonly key?: Parameters<SignJWT['sign']>[0];
}

/** By which `makeToken` signs when it is told nothing else. */
export const SECRET = 'a-secret-of-a-test-with-at-least-32-characters';
export const ISSUER = 'https://login.example.nz';

/** A token that is good for `GET /spg/gaps`, or differs from it in what a test wants. */
export function makeToken({
  claims,
  alg = 'HS256',
  kid,
  key = bytesOf(SECRET),
}: Wanted = {}): Promise<string> {
  return new SignJWT(claimsWith(claims))
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .sign(key);
}

export function claimsWith(claims: Wanted['claims'] = {}): Record<string, unknown> {
  return {
    partyId: 'party-1',
    clientId: 'client-1',
    organisation: 'Org One',
    scope: 'events:admin spg:read',
    iss: ISSUER,
    aud: 'karere',
    exp: inSeconds(300),
    ...claims,
  };
}

/** Seconds since 1970, so many from now (RFC 7519: NumericDate). */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

/** `exp` of a token that is good for so many milliseconds: 30 seconds are granted to clocks that differ. */
export function goodFor(milliseconds: number): number {
  return (Date.now() + milliseconds) / 1000 - 30;
}

export function bytesOf(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}
