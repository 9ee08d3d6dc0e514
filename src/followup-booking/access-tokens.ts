import { Inject, Injectable } from '@nestjs/common';
import { errors, SignJWT } from 'jose';
import { SharedSecrets } from '../auth/shared-secrets';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { invalidLogon } from './followup-booking.problems';

/** Clocks of two machines differ; seconds. */
const CLOCK_TOLERANCE = 30;

/** Never taken from the token: no `none`, no public key used as a secret. */
const ALGORITHM = 'HS256';

/** The tokens of `x-access-token`, of ServiceMobility's making or of ours (Authentication interface). */
@Injectable()
export class AccessTokens {
  private readonly secrets: SharedSecrets;
  private readonly ttlSeconds: number;

  constructor(@Inject(CONFIG) { followup }: Config) {
    this.secrets = new SharedSecrets(followup.jwtSecrets);
    this.ttlSeconds = Math.floor(followup.tokenTtlMs / 1000);
  }

  issue(userName: string, now: Date): Promise<string> {
    const issuedAt = Math.floor(now.getTime() / 1000);
    return new SignJWT({ name: userName })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setSubject(userName)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + this.ttlSeconds)
      .sign(this.secrets.current);
  }

  /** @throws invalidLogon */
  async verify(token: string | undefined, now: Date): Promise<void> {
    if (token === undefined || token === '') throw invalidLogon('Send a token in the header x-access-token.');
    try {
      const { payload } = await this.secrets.verify(token, {
        algorithms: [ALGORITHM],
        clockTolerance: CLOCK_TOLERANCE,
        requiredClaims: ['exp'],
        currentDate: now,
      });
      if ((payload.iat ?? 0) > now.getTime() / 1000 + CLOCK_TOLERANCE) {
        throw invalidLogon('The token in x-access-token was issued in the future.');
      }
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw invalidLogon(describe(error));
    }
  }
}

function describe(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token in x-access-token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The claim "${error.claim}" of the token in x-access-token is missing, or not acceptable now.`;
  }
  return 'The token in x-access-token is not one that was signed with the agreed secret by HS256.';
}
