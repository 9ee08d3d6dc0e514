import { DEVELOPMENT } from './development';
import { list } from './environment';

/* These look at what is given, valid or not, so that one mistake does not hide another. */

/** Kinds of time constraints that have to be told apart, with their defaults. */
const CONSTRAINT_TYPES = [
  ['FOLLOWUP_SLOT_TYPE', '1001'],
  ['FOLLOWUP_AVAILABLE_TYPE', '1002'],
  ['FOLLOWUP_NOT_AVAILABLE_TYPE', '1003'],
] as const;

/** What production does not leave to a default. */
const REQUIRED = [
  'DATABASE_URL',
  'SPG_API_KEYS',
  'AUTH_ISSUER',
  'ENCRYPTION_KEY',
  'SMTP_URL',
  'FOLLOWUP_JWT_SECRET',
];

/** Settings that do not go together, a line each. */
export function contradictions(given: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  if (given['AUTH_JWKS_URL'] && given['AUTH_JWT_SECRET']) {
    problems.push('AUTH_JWT_SECRET: set either this or AUTH_JWKS_URL, not both');
  }
  const tff = ['TFF_NOTIFICATIONS_URL', 'TFF_TOKEN_URL', 'TFF_CLIENT_ID', 'TFF_CLIENT_SECRET'];
  const set = tff.filter((name) => given[name]);
  if (set.length > 0) {
    for (const name of tff) if (!given[name]) problems.push(`${name}: is required with ${set.join(', ')}`);
  }
  const types = CONSTRAINT_TYPES.map(([name, byDefault]) => given[name]?.trim() || byDefault);
  if (new Set(types).size < types.length) {
    problems.push(
      `FOLLOWUP_SLOT_TYPE: must not be the same as ${CONSTRAINT_TYPES[1][0]} or ${CONSTRAINT_TYPES[2][0]}, nor these`,
    );
  }
  if (given['ITAS_URL']) {
    for (const name of ['ITAS_TOPICS', 'ITAS_CLIENT_KEY', 'ITAS_HMAC_SECRET']) {
      if (!given[name]) problems.push(`${name}: is required with ITAS_URL`);
    }
  }
  const credentials = ['NATS_TOKEN', 'NATS_CREDS_FILE'].filter((name) => given[name]);
  if (/\/\/[^/]*@/.test(given['NATS_URL'] ?? '')) credentials.unshift('NATS_URL');
  if (credentials.length > 1) {
    problems.push(`${credentials.at(-1)}: must not be set when ${credentials[0]} has credentials already`);
  }
  return problems;
}

/** What production does not leave to a default, a line each. */
export function missingInProduction(given: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  for (const name of REQUIRED) {
    if (!given[name]) problems.push(`${name}: is required in production`);
  }
  if (!given['AUTH_JWKS_URL'] && !given['AUTH_JWT_SECRET']) {
    problems.push('AUTH_JWKS_URL or AUTH_JWT_SECRET: one is required in production');
  }
  if (list.safeParse(given['SPG_API_KEYS']).data?.includes(DEVELOPMENT.spgApiKey)) {
    problems.push('SPG_API_KEYS: must not hold the development key in production');
  }
  if (given['AUTH_JWT_SECRET'] === DEVELOPMENT.jwtSecret) {
    problems.push('AUTH_JWT_SECRET: must not be the development secret in production');
  }
  if (given['ENCRYPTION_KEY'] === DEVELOPMENT.encryptionKey) {
    problems.push('ENCRYPTION_KEY: must not be the development key in production');
  }
  if (given['FOLLOWUP_JWT_SECRET'] === DEVELOPMENT.followup.jwtSecret) {
    problems.push('FOLLOWUP_JWT_SECRET: must not be the development secret in production');
  }
  if (given['FOLLOWUP_USERS']?.includes(DEVELOPMENT.followup.passwordHash)) {
    problems.push('FOLLOWUP_USERS: must not hold the development password in production');
  }
  return problems;
}
