import { SignJWT } from 'jose';
import { parseArgs } from 'node:util';
import { readConfig } from '../config';
import { readDotEnv } from '../dot-env';
import { SharedSecrets } from './shared-secrets';

const USAGE = `usage: npm run token -- --party-id P --client-id C --organisation O [--scope "a b"] [--ttl 1h]`;

/** `npm run token`: prints a bearer token, signed with AUTH_JWT_SECRET or the development secret. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'party-id': { type: 'string' },
      'client-id': { type: 'string' },
      organisation: { type: 'string' },
      scope: { type: 'string', default: '' },
      ttl: { type: 'string', default: '1h' },
    },
  });
  const { 'party-id': partyId, 'client-id': clientId, organisation, scope, ttl } = values;
  if (!partyId || !clientId || !organisation) throw new Error(USAGE);
  if (!/^\d+[smhd]$/.test(ttl))
    throw new Error(`--ttl takes a number and s, m, h or d, such as 1h\n${USAGE}`);

  readDotEnv();
  const { auth } = readConfig(process.env);
  if (!('secrets' in auth.keys)) {
    throw new Error(
      'Tokens are issued by the owner of AUTH_JWKS_URL; only tokens by AUTH_JWT_SECRET can be made here.',
    );
  }
  const token = await new SignJWT({ partyId, clientId, organisation, scope })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(auth.issuer)
    .setAudience(auth.audience)
    .setIssuedAt()
    .setExpirationTime(ttl)
    .sign(new SharedSecrets(auth.keys.secrets).current);
  process.stdout.write(`${token}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
