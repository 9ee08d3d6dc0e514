import { SignJWT } from 'jose';
import { DEVELOPMENT } from '../../src/development';

/** A token that a gateway with the development settings accepts; good for an hour. */
export function developmentToken(...scopes: string[]): Promise<string> {
  return new SignJWT({ partyId: 'owner', clientId: 'test', organisation: 'Test', scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(DEVELOPMENT.issuer)
    .setAudience('karere')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(DEVELOPMENT.jwtSecret));
}
