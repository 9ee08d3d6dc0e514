/**
 * What hangs or fails at a subscriber is tried again soon, and what was under way when a gateway was killed is
 * taken again after the longest delivery and half a minute.
 */
export const IMPATIENT = {
  WEBHOOK_TIMEOUT_MS: '2000',
  SMTP_TIMEOUT_MS: '2000',
  RETRY_SCHEDULE: '200ms,500ms,1s,2s,5s,5s,10s,10s,20s,20s',
};

/** The server forgets at once what it has: whatever comes twice shows. */
export const FORGETFUL_NATS = { NATS_DUPLICATE_WINDOW_MS: '100' };
