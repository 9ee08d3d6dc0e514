import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';

/** The keys that the issuer publishes (RFC 7517 §5); fetched when they are needed, and again for one that is not known. */
export class PublishedKeys {
  private readonly find;

  constructor(url: string) {
    this.find = createRemoteJWKSet(new URL(url));
  }

  /** @throws errors.JOSEError, and what `fetch` does */
  async verify(token: string, options: JWTVerifyOptions): Promise<JWTVerifyResult> {
    try {
      return await jwtVerify(token, this.find, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return verifyByEach(error, token, options);
    }
  }
}

/** While the issuer changes its key, a token that names none may be by either. */
async function verifyByEach(
  keys: errors.JWKSMultipleMatchingKeys,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTVerifyResult> {
  for await (const key of keys) {
    try {
      return await jwtVerify(token, key, options);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}
