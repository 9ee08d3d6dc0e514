import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { Turns } from '../database/turns';
import type { Problem } from '../problems/problem';
import { tooManyRequests } from '../problems/problems';
import { AccessTokens } from './access-tokens';
import { invalidLogon } from './followup-booking.problems';
import { decoyHash, isPassword, type PasswordHash } from './password-hash';
import type { FollowupUser } from './user';

const QUARTER_HOUR = 900;

/** Wrong passwords in a quarter of an hour: of one user from one address, so that nobody else can lock a user out. */
const WRONG_BY_USER = 10;
/** And from one address; that of ServiceMobility, which logs everybody in, is only one. */
const WRONG_BY_ADDRESS = 300;

/** Each hash holds one of the process's four threads, for which look-ups of names (DNS) and files wait, too. */
const HASHED_AT_ONCE = 2;

/** Gives tokens to who knows a password. */
@Injectable()
export class Logins {
  private readonly users: ReadonlyMap<string, FollowupUser>;
  private readonly nobody: PasswordHash;
  private readonly byUser = new RateLimiterMemory({ points: WRONG_BY_USER, duration: QUARTER_HOUR });
  private readonly byAddress = new RateLimiterMemory({ points: WRONG_BY_ADDRESS, duration: QUARTER_HOUR });
  private readonly hashing = new Turns(HASHED_AT_ONCE);

  constructor(
    @Inject(CONFIG) { followup }: Config,
    private readonly tokens: AccessTokens,
  ) {
    this.nobody = decoyHash(followup.users[0]?.hash);
    this.users = new Map(followup.users.map((user) => [user.name, user]));
  }

  /**
   * Each attempt counts as a wrong one until it was right, so that many at once can't outrun the count. It is kept
   * in this replica alone. What is refused for the user does not count for the address: an application that repeats
   * one wrong password for ever would lock out all others.
   * @throws invalidLogon, tooManyRequests
   */
  async logIn(userName: string, password: string, address: string, now: Date): Promise<string> {
    const key = `${address} ${userName}`;
    await refuseWhenUsedUp(this.byUser, key);
    await count(this.byAddress, address);
    await count(this.byUser, key);
    const user = this.users.get(userName);
    const isRight = await this.hashing.take(() => isPassword(password, user?.hash ?? this.nobody));
    if (!user || !isRight) throw invalidLogon('There is no such user with this password.');
    await this.byAddress.reward(address);
    await this.byUser.delete(key);
    return this.tokens.issue(userName, now);
  }
}

async function refuseWhenUsedUp(limiter: RateLimiterMemory, key: string): Promise<void> {
  const known = await limiter.get(key);
  if (known && known.remainingPoints <= 0) throw tooManyWrong(known);
}

async function count(limiter: RateLimiterMemory, key: string): Promise<void> {
  await limiter.consume(key).catch((refusal: unknown) => {
    throw refusal instanceof RateLimiterRes ? tooManyWrong(refusal) : refusal;
  });
}

function tooManyWrong({ msBeforeNext }: RateLimiterRes): Problem {
  return tooManyRequests('Too many wrong passwords. Wait before the next attempt.', {
    retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)),
  });
}
