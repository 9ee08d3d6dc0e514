import type { AuthConfig } from './auth/auth-config';
import type { DeliveryConfig } from './delivery/delivery-config';
import { DEVELOPMENT } from './development';
import { type Environment, environment } from './environment';
import { contradictions, missingInProduction } from './environment-rules';
import type { NatsConfig } from './events/jetstream/nats-config';
import type { FollowupConfig } from './followup-booking/followup-config';
import type { ItasMailboxConfig } from './itas-events/itas-mailbox-config';
import type { TffReplayConfig } from './spg/tff-replay-config';
import type { TracingConfig } from './tracing/tracing-config';
import { readDelivery, readFollowup, readItasMailbox, readNats, readTffReplay } from './module-configs';
import { toTrustProxy } from './trust-proxy';

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
  /** Unset: no spans are made. */
  readonly tracing: TracingConfig | undefined;
  readonly ownerPartyId: string;
  /** Unset: domain events are not published to NATS. */
  readonly nats: NatsConfig | undefined;
  readonly auth: AuthConfig;
  readonly spg: {
    readonly apiKeys: readonly string[];
    readonly gapGraceMs: number;
    /** Unset: a confirmed gap is only reported. */
    readonly replay: TffReplayConfig | undefined;
  };
  readonly itas: {
    /** IANA name of the zone of ITAS's clocks. */
    readonly timezone: string;
    /** Unset: messages come by push alone. */
    readonly mailbox: ItasMailboxConfig | undefined;
  };
  readonly subscriptions: {
    readonly maxPerParty: number;
    readonly maxChannels: number;
    /** Conditions in all entries of a filter together. */
    readonly maxAttributes: number;
    /** A receiver that got nothing for so long is told where it should be; 0: never. */
    readonly checkpointAfterMs: number;
  };
  /** How long events and finished notifications are kept. */
  readonly retentionDays: number;
  readonly delivery: DeliveryConfig;
  readonly followup: FollowupConfig;
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
    tracing: values.OTEL_EXPORTER_OTLP_ENDPOINT
      ? { endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT, serviceName: values.OTEL_SERVICE_NAME }
      : undefined,
    ownerPartyId: values.OWNER_PARTY_ID,
    nats: readNats(values),
    auth: {
      keys: values.AUTH_JWKS_URL
        ? { jwksUrl: values.AUTH_JWKS_URL }
        : {
            secrets: {
              current: values.AUTH_JWT_SECRET ?? DEVELOPMENT.jwtSecret,
              previous: values.AUTH_JWT_SECRETS_PREVIOUS,
            },
          },
      issuer: values.AUTH_ISSUER ?? DEVELOPMENT.issuer,
      audience: values.AUTH_AUDIENCE,
    },
    spg: {
      apiKeys: values.SPG_API_KEYS ?? [DEVELOPMENT.spgApiKey],
      gapGraceMs: values.SPG_GAP_GRACE_MS,
      replay: readTffReplay(values),
    },
    itas: { timezone: values.ITAS_TIMEZONE, mailbox: readItasMailbox(values) },
    subscriptions: {
      maxPerParty: values.MAX_SUBSCRIPTIONS_PER_PARTY,
      maxChannels: values.MAX_CHANNELS_PER_SUBSCRIPTION,
      maxAttributes: values.MAX_ATTRIBUTES_PER_FILTER,
      checkpointAfterMs: values.CHECKPOINT_AFTER_MS,
    },
    retentionDays: values.RETENTION_DAYS,
    delivery: readDelivery(values, production),
    followup: readFollowup(values, production),
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
