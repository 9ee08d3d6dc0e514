import { join } from 'node:path';
import type { DeliveryConfig } from './delivery/delivery-config';
import { DEVELOPMENT } from './development';
import type { Environment } from './environment';
import type { NatsConfig } from './events/jetstream/nats-config';
import type { FollowupConfig } from './followup-booking/followup-config';
import { parseUser } from './followup-booking/user';
import type { ItasMailboxConfig } from './itas-events/itas-mailbox-config';
import type { TffReplayConfig } from './spg/tff-replay-config';

export function readDelivery(values: Environment, production: boolean): DeliveryConfig {
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

export function readFollowup(values: Environment, production: boolean): FollowupConfig {
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

export function readNats(values: Environment): NatsConfig | undefined {
  const { NATS_URL: servers, NATS_TOKEN: token, NATS_CREDS_FILE: credsFile } = values;
  if (!servers) return undefined;
  return {
    ...servers,
    ...(token !== undefined && { credentials: { token } }),
    ...(credsFile !== undefined && { credentials: { credsFile } }),
    stream: values.NATS_STREAM,
    replicas: values.NATS_REPLICAS,
    maxAgeMs: (values.NATS_MAX_AGE_DAYS ?? values.RETENTION_DAYS) * 86_400_000,
    duplicateWindowMs: values.NATS_DUPLICATE_WINDOW_MS,
  };
}

export function readTffReplay(values: Environment): TffReplayConfig | undefined {
  const {
    TFF_NOTIFICATIONS_URL: notifications,
    TFF_TOKEN_URL: tokenUrl,
    TFF_CLIENT_ID: clientId,
    TFF_CLIENT_SECRET: clientSecret,
  } = values;
  if (!notifications || !tokenUrl || !clientId || !clientSecret) return undefined;
  return { url: notifications, tokenUrl, clientId, clientSecret };
}

export function readItasMailbox(values: Environment): ItasMailboxConfig | undefined {
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
