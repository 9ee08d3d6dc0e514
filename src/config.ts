import type { SharedSecretsConfig } from './auth/shared-secrets';
import { join } from 'node:path';
import { DEVELOPMENT } from './development';
import { type Environment, environment } from './environment';
import { contradictions, missingInProduction } from './environment-rules';
import type { OrderNumberFormat } from './followup-booking/order-number-format';
import { type FollowupUser, parseUser } from './followup-booking/user';
import { toTrustProxy } from './trust-proxy';

/** Where to ask for a replay of what was lost, and the client credentials for it. */
export interface TffReplayConfig {
  readonly url: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The mailbox at an ITAS server that is polled. */
export interface ItasMailboxConfig {
  readonly url: string;
  readonly apiVersion: 1 | 2;
  /** Name of the mailbox. */
  readonly subscriber: string;
  readonly topics: readonly string[];
  readonly companyCode: string;
  /** Sent with each request; the credentials as Hivedome has given them out. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long a poll waits for a message at the server. */
  readonly pollSeconds: number;
  /** Of a request; of a poll on top of its wait. */
  readonly timeoutMs: number;
}

/** Where spans are sent. */
export interface TracingConfig {
  /** Of a collector that takes OTLP over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  /** What this installation is called in traces. */
  readonly serviceName: string;
}

/** How bearer tokens are checked: by the issuer's published keys, or by a shared secret. */
export interface AuthConfig {
  readonly keys: { readonly jwksUrl: string } | { readonly secrets: SharedSecretsConfig };
  readonly issuer: string;
  readonly audience: string;
}

/** Webhooks and e-mail. */
interface DeliveryConfig {
  /** 32 bytes each: `current` seals and opens, `previous` only open. */
  readonly encryptionKeys: { readonly current: string; readonly previous: readonly string[] };
  /** Networks exempt from the ban on private addresses. */
  readonly allowedNetworks: readonly string[];
  readonly allowHttp: boolean;
  /** From the connection to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly retryDelaysMs: readonly number[];
  /** Deliveries under way in this process, at most. */
  readonly concurrency: number;
  /** Of them to one endpoint. */
  readonly endpointConcurrency: number;
  /** A channel that has delivered nothing for so long is disabled. */
  readonly disableAfterMs: number;
  /** Notifications in one bulk replay, at most. */
  readonly replayMaxLimit: number;
  /** Notifications of all replays together that are queued in a second. */
  readonly replayPerSecond: number;
  readonly mail: {
    readonly from: string;
    /** For one message, with the wait for a connection. */
    readonly timeoutMs: number;
    readonly to: { readonly smtpUrl: string } | { readonly folder: string };
  };
}

/** Follow-up visits that ServiceMobility books. */
export interface FollowupConfig {
  /** Shared with ServiceMobility; signs `x-access-token` (HS256). */
  readonly jwtSecrets: SharedSecretsConfig;
  readonly tokenTtlMs: number;
  readonly users: readonly FollowupUser[];
  readonly orderNumber: OrderNumberFormat & {
    /** No order gets a lower one. */
    readonly start: number;
  };
  /** System categories of the partner. */
  readonly constraintTypes: {
    readonly slot: string;
    readonly available: string;
    readonly notAvailable: string;
  };
  /** Local time on the day before a visit, `hh:mm`. */
  readonly remindAt: string;
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
  /** Unset: no spans are made. */
  readonly tracing: TracingConfig | undefined;
  readonly ownerPartyId: string;
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
      replay: tffReplay(values),
    },
    itas: { timezone: values.ITAS_TIMEZONE, mailbox: itasMailbox(values) },
    subscriptions: {
      maxPerParty: values.MAX_SUBSCRIPTIONS_PER_PARTY,
      maxChannels: values.MAX_CHANNELS_PER_SUBSCRIPTION,
      maxAttributes: values.MAX_ATTRIBUTES_PER_FILTER,
      checkpointAfterMs: values.CHECKPOINT_AFTER_MS,
    },
    retentionDays: values.RETENTION_DAYS,
    delivery: delivery(values, production),
    followup: followup(values, production),
  });
}

function delivery(values: Environment, production: boolean): DeliveryConfig {
  const loopback = production ? [] : ['127.0.0.0/8', '::1/128'];
  return {
    encryptionKeys: {
      current: values.ENCRYPTION_KEY ?? DEVELOPMENT.encryptionKey,
      previous: values.ENCRYPTION_KEYS_PREVIOUS,
    },
    allowedNetworks: values.WEBHOOK_ALLOWED_NETWORKS ?? loopback,
    allowHttp: values.WEBHOOK_ALLOW_HTTP ? values.WEBHOOK_ALLOW_HTTP === 'true' : !production,
    timeoutMs: values.WEBHOOK_TIMEOUT_MS,
    retryDelaysMs: values.RETRY_SCHEDULE,
    concurrency: values.DELIVERY_CONCURRENCY,
    endpointConcurrency: values.ENDPOINT_CONCURRENCY,
    disableAfterMs: values.CHANNEL_DISABLE_AFTER_DAYS * 86_400_000,
    replayMaxLimit: values.REPLAY_MAX_LIMIT,
    replayPerSecond: values.REPLAY_PER_SECOND,
    mail: {
      from: values.MAIL_FROM,
      timeoutMs: values.SMTP_TIMEOUT_MS,
      to: values.SMTP_URL ? { smtpUrl: values.SMTP_URL } : { folder: join(values.DATA_DIR, 'mail') },
    },
  };
}

function followup(values: Environment, production: boolean): FollowupConfig {
  const { userName, passwordHash, jwtSecret } = DEVELOPMENT.followup;
  return {
    jwtSecrets: {
      current: values.FOLLOWUP_JWT_SECRET ?? jwtSecret,
      previous: values.FOLLOWUP_JWT_SECRETS_PREVIOUS,
    },
    tokenTtlMs: values.FOLLOWUP_TOKEN_TTL_MS,
    users: values.FOLLOWUP_USERS ?? (production ? [] : [parseUser(`${userName}:${passwordHash}`)]),
    orderNumber: { ...values.FOLLOWUP_ORDER_FORMAT, start: values.FOLLOWUP_ORDER_START },
    constraintTypes: {
      slot: values.FOLLOWUP_SLOT_TYPE,
      available: values.FOLLOWUP_AVAILABLE_TYPE,
      notAvailable: values.FOLLOWUP_NOT_AVAILABLE_TYPE,
    },
    remindAt: values.FOLLOWUP_REMIND_AT,
  };
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

function itasMailbox(values: Environment): ItasMailboxConfig | undefined {
  const { ITAS_URL: url, ITAS_TOPICS: topics, ITAS_CLIENT_KEY: clientKey, ITAS_HMAC_SECRET: hmac } = values;
  if (!url || !topics || !clientKey || !hmac) return undefined;
  return {
    url,
    apiVersion: values.ITAS_API_VERSION === '1' ? 1 : 2,
    subscriber: values.ITAS_SUBSCRIBER,
    topics: [...new Set(topics)],
    companyCode: values.ITAS_COMPANY_CODE,
    headers: { [values.ITAS_CLIENT_KEY_HEADER]: clientKey, [values.ITAS_HMAC_HEADER]: hmac },
    pollSeconds: values.ITAS_POLL_SECONDS,
    timeoutMs: values.ITAS_TIMEOUT_MS,
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
