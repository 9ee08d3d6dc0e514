import { z } from 'zod';
import { isTrustProxy, toTrustProxy } from './trust-proxy';

/** Development defaults that work out of the box and that production refuses. */
export const DEVELOPMENT = {
  spgApiKey: 'dev-spg-key',
  jwtSecret: 'karere-development-secret-never-in-production',
  issuer: 'karere-development',
} as const;

const text = z.string().trim().min(1);
const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const nonEmptyList = list.refine((items) => items.length > 0, 'must name at least one');
const milliseconds = z.coerce.number().int().min(0).max(86_400_000);
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const environment = z.object({
  NODE_ENV: text.default('development'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: text.optional(),
  ROLE: z.enum(['all', 'api', 'worker']).default('all'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  TRUST_PROXY: text
    .refine(isTrustProxy, 'must be true, false, a number of hops, or addresses and networks')
    .optional(),
  SHUTDOWN_DELAY_MS: milliseconds.default(0),
  RATE_LIMIT_PER_SECOND: z.coerce.number().int().min(0).default(5000),

  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(500).default(10),
  DATA_DIR: text.default('.data'),
  MIGRATE_ON_START: z.enum(['true', 'false']).default('true'),

  OWNER_PARTY_ID: text.default('owner'),
  AUTH_JWKS_URL: url.optional(),
  AUTH_JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  AUTH_ISSUER: text.optional(),
  AUTH_AUDIENCE: text.default('karere'),

  SPG_API_KEYS: nonEmptyList.optional(),
  SPG_GAP_GRACE_MS: milliseconds.default(30_000),
  TFF_NOTIFICATIONS_URL: url.optional(),
  TFF_TOKEN_URL: url.optional(),
  TFF_CLIENT_ID: text.optional(),
  TFF_CLIENT_SECRET: text.optional(),
});

type Environment = z.infer<typeof environment>;

/** Where to ask for a replay of what was lost, and the client credentials for it. */
export interface TffReplayConfig {
  readonly url: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** How bearer tokens are checked: by the issuer's published keys, or by a shared secret. */
export interface AuthConfig {
  readonly keys: { readonly jwksUrl: string } | { readonly secret: string };
  readonly issuer: string;
  readonly audience: string;
}

/** Everything that can be configured, validated and frozen. Passed down; nothing else reads the environment. */
export interface Config {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  /** Answers HTTP requests of partners and teams. Health and metrics are always answered. */
  readonly servesApi: boolean;
  /** Runs durable consumers and scheduled jobs. */
  readonly runsWork: boolean;
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Express's `trust proxy`: a number of hops, or addresses and networks, comma separated. */
  readonly trustProxy: string | number | boolean;
  /** Between "not ready" and closing the port, so that a load balancer notices. */
  readonly shutdownDelayMs: number;
  /** Requests a second for each client address; 0 switches the limit off. */
  readonly rateLimitPerSecond: number;
  readonly database: {
    /** Unset: PostgreSQL is embedded in `dataDir`. */
    readonly url: string | undefined;
    readonly poolSize: number;
    readonly dataDir: string;
    readonly migrateOnStart: boolean;
  };
  readonly ownerPartyId: string;
  readonly auth: AuthConfig;
  readonly spg: {
    readonly apiKeys: readonly string[];
    readonly gapGraceMs: number;
    /** Unset: a confirmed gap is only reported. */
    readonly replay: TffReplayConfig | undefined;
  };
}

/** All that is wrong with the environment, a line each. */
export class InvalidEnvironment extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * Reads the environment once.
 * @throws InvalidEnvironment with every problem at once
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));
  const production = given['NODE_ENV']?.trim() === 'production';
  const parsed = environment.safeParse(given);
  const problems = [
    ...(parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
    ...contradictions(given),
    ...(production ? missingInProduction(given) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new InvalidEnvironment(problems);
  const values = parsed.data;

  return deepFreeze({
    production,
    port: values.PORT,
    host: values.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    servesApi: values.ROLE !== 'worker',
    runsWork: values.ROLE !== 'api',
    logLevel: values.LOG_LEVEL,
    trustProxy: toTrustProxy(values.TRUST_PROXY),
    shutdownDelayMs: values.SHUTDOWN_DELAY_MS,
    rateLimitPerSecond: values.RATE_LIMIT_PER_SECOND,
    database: {
      url: values.DATABASE_URL,
      poolSize: values.DATABASE_POOL_SIZE,
      dataDir: values.DATA_DIR,
      migrateOnStart: values.MIGRATE_ON_START === 'true',
    },
    ownerPartyId: values.OWNER_PARTY_ID,
    auth: {
      keys: values.AUTH_JWKS_URL
        ? { jwksUrl: values.AUTH_JWKS_URL }
        : { secret: values.AUTH_JWT_SECRET ?? DEVELOPMENT.jwtSecret },
      issuer: values.AUTH_ISSUER ?? DEVELOPMENT.issuer,
      audience: values.AUTH_AUDIENCE,
    },
    spg: {
      apiKeys: values.SPG_API_KEYS ?? [DEVELOPMENT.spgApiKey],
      gapGraceMs: values.SPG_GAP_GRACE_MS,
      replay: tffReplay(values),
    },
  });
}

/* These look at what is given, valid or not, so that one mistake does not hide another. */

function contradictions(given: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  if (given['AUTH_JWKS_URL'] && given['AUTH_JWT_SECRET']) {
    problems.push('AUTH_JWT_SECRET: set either this or AUTH_JWKS_URL, not both');
  }
  const tff = ['TFF_NOTIFICATIONS_URL', 'TFF_TOKEN_URL', 'TFF_CLIENT_ID', 'TFF_CLIENT_SECRET'];
  const set = tff.filter((name) => given[name]);
  if (set.length > 0) {
    for (const name of tff) if (!given[name]) problems.push(`${name}: is required with ${set.join(', ')}`);
  }
  return problems;
}

function missingInProduction(given: NodeJS.ProcessEnv): string[] {
  const problems: string[] = [];
  for (const name of ['DATABASE_URL', 'SPG_API_KEYS', 'AUTH_ISSUER']) {
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
  return problems;
}

function tffReplay(values: Environment): TffReplayConfig | undefined {
  const {
    TFF_NOTIFICATIONS_URL: notifications,
    TFF_TOKEN_URL: tokenUrl,
    TFF_CLIENT_ID: clientId,
    TFF_CLIENT_SECRET: clientSecret,
  } = values;
  if (!notifications || !tokenUrl || !clientId || !clientSecret) return undefined;
  return { url: notifications, tokenUrl, clientId, clientSecret };
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
