import { z } from 'zod';
import { AddressPolicy } from './delivery/address-policy';
import { parseSchedule } from './delivery/retry-schedule';
import { parseNatsUrl } from './events/jetstream/nats-servers';
import { parseOrderFormat } from './followup-booking/order-number-format';
import { haveNamesOfTheirOwn, parseUser } from './followup-booking/user';
import { isTimeZone } from './time-zone';
import { isTrustProxy } from './trust-proxy';

const text = z.string().trim().min(1);
export const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const nonEmptyList = list.refine((items) => items.length > 0, 'must name at least one');
const milliseconds = z.coerce.number().int().min(0).max(86_400_000);
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const count = (max: number) => z.coerce.number().int().min(1).max(max);
const key = z
  .base64()
  .refine((value) => Buffer.from(value, 'base64').length === 32, 'must be 32 bytes in base64');
const jwtSecret = z.string().min(32, 'must have at least 32 characters');

/** RFC 9110 §5.1 and §5.5, without what nobody needs in a credential. */
const headerName = text.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header');
const headerValue = text.regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without blanks');

/** Text that a parser of ours has to understand; its message says what is wrong. */
function parsedBy<T>(parse: (value: string) => T) {
  return z.string().transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}

/** The environment, name by name, with defaults. */
export const environment = z.object({
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

  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_SERVICE_NAME: text.default('karere'),

  OWNER_PARTY_ID: text.default('owner'),
  AUTH_JWKS_URL: url.optional(),
  AUTH_JWT_SECRET: jwtSecret.optional(),
  AUTH_JWT_SECRETS_PREVIOUS: list.pipe(z.array(jwtSecret)).default([]),
  AUTH_ISSUER: text.optional(),
  AUTH_AUDIENCE: text.default('karere'),

  NATS_URL: parsedBy(parseNatsUrl).optional(),
  NATS_TOKEN: text.optional(),
  NATS_CREDS_FILE: text.optional(),
  NATS_STREAM: text
    .max(255)
    .regex(/^[\w-]+$/, 'must be letters, digits, - and _')
    .default('KARERE'),
  NATS_REPLICAS: count(5).default(1),
  NATS_MAX_AGE_DAYS: count(36_500).optional(),
  NATS_DUPLICATE_WINDOW_MS: milliseconds.min(100).default(120_000),

  SPG_API_KEYS: nonEmptyList.optional(),
  SPG_GAP_GRACE_MS: milliseconds.default(30_000),
  TFF_NOTIFICATIONS_URL: url.optional(),
  TFF_TOKEN_URL: url.optional(),
  TFF_CLIENT_ID: text.optional(),
  TFF_CLIENT_SECRET: text.optional(),

  ITAS_URL: url.optional(),
  ITAS_API_VERSION: z.enum(['1', '2']).default('1'),
  ITAS_SUBSCRIBER: text.max(100).default('karere'),
  ITAS_TOPICS: nonEmptyList
    .pipe(z.array(z.string().regex(/^\d{1,3}-\d{1,4}$/, 'must be numbers of topics, such as 2-220')))
    .optional(),
  ITAS_COMPANY_CODE: text.default('GF'),
  ITAS_CLIENT_KEY: headerValue.optional(),
  ITAS_HMAC_SECRET: headerValue.optional(),
  ITAS_CLIENT_KEY_HEADER: headerName.default('ClientKey'),
  ITAS_HMAC_HEADER: headerName.default('HMAC'),
  ITAS_TIMEZONE: text
    .refine(isTimeZone, 'must be the name of a time zone, such as Europe/London')
    .default('UTC'),
  ITAS_POLL_SECONDS: z.coerce.number().int().min(0).max(90).default(60),
  ITAS_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(15_000),

  ENCRYPTION_KEY: key.optional(),
  ENCRYPTION_KEYS_PREVIOUS: list.pipe(z.array(key)).default([]),
  WEBHOOK_ALLOWED_NETWORKS: list
    .pipe(z.array(parsedBy((network) => (new AddressPolicy([network]), network))))
    .optional(),
  WEBHOOK_ALLOW_HTTP: z.enum(['true', 'false']).optional(),
  WEBHOOK_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(15_000),
  RETRY_SCHEDULE: parsedBy(parseSchedule).default(parseSchedule('5s,30s,2m,10m,1h,6h')),
  DELIVERY_CONCURRENCY: count(10_000).default(256),
  ENDPOINT_CONCURRENCY: count(1000).default(16),
  CHANNEL_DISABLE_AFTER_DAYS: z.coerce.number().positive().max(365).default(5),
  REPLAY_MAX_LIMIT: count(1_000_000).default(1000),
  REPLAY_PER_SECOND: count(10_000).default(200),
  CHECKPOINT_AFTER_MS: z.coerce.number().int().min(0).max(31_536_000_000).default(3_600_000),
  RETENTION_DAYS: z.coerce.number().int().min(1).max(36_500).default(90),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// URL' }).optional(),
  SMTP_TIMEOUT_MS: z.coerce.number().int().min(100).max(300_000).default(30_000),
  MAIL_FROM: text.default('Karere <karere@localhost>'),
  MAX_SUBSCRIPTIONS_PER_PARTY: count(1_000_000).default(1000),
  MAX_CHANNELS_PER_SUBSCRIPTION: count(50).default(20),
  MAX_ATTRIBUTES_PER_FILTER: count(100_000).default(1000),

  FOLLOWUP_JWT_SECRET: jwtSecret.optional(),
  FOLLOWUP_JWT_SECRETS_PREVIOUS: list.pipe(z.array(jwtSecret)).default([]),
  FOLLOWUP_TOKEN_TTL_MS: z.coerce.number().int().min(60_000).max(86_400_000).default(43_200_000),
  FOLLOWUP_USERS: list
    .pipe(z.array(parsedBy(parseUser)))
    .refine(haveNamesOfTheirOwn, 'must not name a user twice')
    .optional(),
  FOLLOWUP_ORDER_FORMAT: parsedBy(parseOrderFormat).default(parseOrderFormat('FU-{000000}')),
  FOLLOWUP_ORDER_START: z.coerce.number().int().min(1).max(1e12).default(1),
  FOLLOWUP_SLOT_TYPE: text.default('1001'),
  FOLLOWUP_AVAILABLE_TYPE: text.default('1002'),
  FOLLOWUP_NOT_AVAILABLE_TYPE: text.default('1003'),
  FOLLOWUP_REMIND_AT: z
    .string()
    .trim()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 09:00')
    .default('09:00'),
});

export type Environment = z.infer<typeof environment>;
