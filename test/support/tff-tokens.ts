import { randomBytes } from 'node:crypto';

/** Client credentials, and the bearer tokens that were given out for them (RFC 6749 §4.4). */
export class TffTokens {
  private readonly expiryOf = new Map<string, number>();

  constructor(
    readonly clientId: string,
    readonly clientSecret: string,
    /** How long a token is good for. */
    private readonly lifetimeSeconds: number,
  ) {}

  /** How many were given out. */
  get issued(): number {
    return this.expiryOf.size;
  }

  /** RFC 6749 §2.3.1: both parts are encoded as in a form before they are joined. */
  isClient(authorization: string | undefined): boolean {
    const [id, secret] = Buffer.from(/^Basic (.+)$/.exec(authorization ?? '')?.[1] ?? '', 'base64')
      .toString()
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    return id === this.clientId && secret === this.clientSecret;
  }

  issue(now: number): { access_token: string; token_type: 'Bearer'; expires_in: number } {
    const token = randomBytes(24).toString('base64url');
    this.expiryOf.set(token, now + this.lifetimeSeconds * 1000);
    return { access_token: token, token_type: 'Bearer', expires_in: this.lifetimeSeconds };
  }

  isValid(authorization: string | undefined, now: number): boolean {
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
    return (this.expiryOf.get(token) ?? 0) > now;
  }

  /** From now on none is good any more, whatever its holder was told. */
  expireAll(): void {
    for (const token of this.expiryOf.keys()) this.expiryOf.set(token, 0);
  }
}
