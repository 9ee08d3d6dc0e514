import { errors, jwtVerify, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';

/** Secrets of HS256: the current one signs; those before it verify as well, until the last of their tokens has expired. */
export interface SharedSecretsConfig {
  readonly current: string;
  readonly previous: readonly string[];
}

export class SharedSecrets {
  /** That signs. */
  readonly current: Uint8Array;
  private readonly previous: readonly Uint8Array[];

  constructor({ current, previous }: SharedSecretsConfig) {
    const encoder = new TextEncoder();
    this.current = encoder.encode(current);
    this.previous = previous.map((secret) => encoder.encode(secret));
  }

  /** @throws errors.JOSEError */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
    let refusal: unknown;
    for (const secret of [this.current, ...this.previous]) {
      try {
        return await jwtVerify(token, secret, options);
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }
}
