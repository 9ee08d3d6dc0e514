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

/**
 * Printed in the public source, so whoever reads it could sign for anybody; also what was replaced is still accepted.
 * `ENCRYPTION_KEYS_PREVIOUS` may hold its one: it only opens what was sealed in development, and is sealed anew.
 */
const NOT_IN_PRODUCTION = [
  ['SPG_API_KEYS', DEVELOPMENT.spgApiKey],
  ['AUTH_JWT_SECRET', DEVELOPMENT.jwtSecret],
  ['AUTH_JWT_SECRETS_PREVIOUS', DEVELOPMENT.jwtSecret],
  ['ENCRYPTION_KEY', DEVELOPMENT.encryptionKey],
  ['FOLLOWUP_JWT_SECRET', DEVELOPMENT.followup.jwtSecret],
  ['FOLLOWUP_JWT_SECRETS_PREVIOUS', DEVELOPMENT.followup.jwtSecret],
] as const;

/** Who is on the way to these could put in keys of their own and be anybody, or read our secret. */
const HTTPS_IN_PRODUCTION = ['AUTH_JWKS_URL', 'TFF_TOKEN_URL', 'TFF_NOTIFICATIONS_URL'];

/** Nobody is on the way to our own machine. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

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
  for (const [name, value] of NOT_IN_PRODUCTION) {
    if (list.safeParse(given[name]).data?.includes(value)) {
      problems.push(`${name}: must not hold the development default in production`);
    }
  }
  if (given['FOLLOWUP_USERS']?.includes(DEVELOPMENT.followup.passwordHash)) {
    problems.push('FOLLOWUP_USERS: must not hold the development password in production');
  }
  for (const name of HTTPS_IN_PRODUCTION) {
    if (isPlainHttp(given[name])) problems.push(`${name}: must be https in production`);
  }
  return problems;
}

function isPlainHttp(text = ''): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'http:' && !LOOPBACK.test(hostname);
}
