import { Injectable } from '@nestjs/common';
import { errors, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';
import { isNativeError } from 'node:util/types';
import type { Problem } from '../problems/problem';
import { unauthenticated, unavailable } from '../problems/problems';
import type { AuthConfig } from './auth-config';
import type { Caller } from './caller';
import { PublishedKeys } from './published-keys';
import { SharedSecrets } from './shared-secrets';

/** Clocks of two machines differ; seconds. */
const CLOCK_TOLERANCE = 30;

/** What PostgreSQL can store, and as a key of an index. */
const USABLE_CLAIM = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** Checks bearer tokens (RFC 6750, RFC 7519) by the issuer's published keys or by a shared secret. */
@Injectable()
export class BearerTokens {
  private readonly check: (token: string) => Promise<JWTVerifyResult>;

  constructor({ keys, issuer, audience }: AuthConfig) {
    const remote = 'jwksUrl' in keys;
    const options: JWTVerifyOptions = {
      issuer,
      audience,
      // Pinned by the kind of key, never taken from the token: no `none`, no public key used as a secret.
      algorithms: remote ? ['RS256', 'PS256', 'ES256', 'EdDSA'] : ['HS256'],
      clockTolerance: CLOCK_TOLERANCE,
      requiredClaims: ['exp'],
    };
    const accepted = remote ? new PublishedKeys(keys.jwksUrl) : new SharedSecrets(keys.secrets);
    this.check = (token) => accepted.verify(token, options);
  }

  /** @throws unauthenticated; unavailable when the issuer's keys can not be fetched */
  async verify(authorization: string | undefined): Promise<Caller> {
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw refused('Send a bearer token in the Authorization header.', false);
    try {
      const { payload } = await this.check(token);
      return toCaller(payload);
    } catch (error) {
      if (isKeySourceAway(error)) {
        throw unavailable('The keys of the token issuer can not be fetched right now.', {
          retryAfterSeconds: 5,
          cause: error,
        });
      }
      if (!(error instanceof errors.JOSEError)) throw error;
      throw refused(describe(error));
    }
  }
}

/** With the challenge of RFC 6750 §3: the error code only when there was a token. */
function refused(detail: string, presented = true): Problem {
  return unauthenticated(detail, { challenge: presented ? 'Bearer error="invalid_token"' : 'Bearer' });
}

/** Also when what it sends are no keys: that is not the token's fault. */
function isKeySourceAway(error: unknown): boolean {
  return (
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    (isNativeError(error) && error.name === 'TypeError') || // `fetch` found nobody there
    (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC')
  );
}

function describe(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The bearer token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return notAcceptable(error.claim);
  }
  return 'The bearer token is not valid.';
}

function toCaller(claims: JWTPayload): Caller {
  const clientId = claims['clientId'] ?? claims['cid'];
  return {
    partyId: requireText('partyId', claims['partyId']),
    clientId: requireText('clientId', clientId),
    organisation: requireText('organisation', claims['organisation']),
    scopes: new Set(scopesOf(claims['scope'] ?? claims['scp'])),
    validUntil: ((claims.exp ?? 0) + CLOCK_TOLERANCE) * 1000, // `exp` is required
  };
}

function requireText(claim: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw refused(`The bearer token has no claim "${claim}".`);
  if (!USABLE_CLAIM.test(value)) throw refused(notAcceptable(claim));
  return value;
}

function notAcceptable(claim: string): string {
  return `The bearer token's claim "${claim}" is not acceptable here.`;
}

/** Space separated (RFC 8693 §4.2), or the list that some issuers put into `scp`. */
function scopesOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(' ').filter((scope) => scope !== '');
  return Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
}
