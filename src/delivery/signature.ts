import { createHmac, randomBytes } from 'node:crypto';

/** How a signing secret begins, as text (Standard Webhooks, "Signature scheme"). */
const PREFIX = 'whsec_';
const NEW_SECRET_BYTES = 32;
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** A signing secret that can not be used. Does not repeat it. */
export class InvalidSigningSecret extends Error {
  override readonly name = 'InvalidSigningSecret';
}

interface Signing {
  /** Identifies the message: the same at each attempt, so that the receiver can tell a repetition. */
  readonly id: string;
  /** Of this attempt. Receivers refuse one that is more than some minutes off. */
  readonly timestamp: Date;
  /** Exactly what is sent. */
  readonly body: string;
  /** All that are valid now: during a rotation the new and the old one. At least one. */
  readonly secrets: readonly string[];
}

export interface SignatureHeaders {
  readonly 'webhook-id': string;
  /** Seconds since 1970. */
  readonly 'webhook-timestamp': string;
  /** One `v1,…` for each secret, separated by spaces. */
  readonly 'webhook-signature': string;
}

/** Shown to the subscriber once: `whsec_` and 32 random bytes in base64. */
export function newSigningSecret(): string {
  return PREFIX + randomBytes(NEW_SECRET_BYTES).toString('base64');
}

/**
 * Signs a webhook: HMAC-SHA256 over `id.timestamp.body` (https://www.standardwebhooks.com).
 * @throws InvalidSigningSecret
 */
export function signatureHeaders({ id, timestamp, body, secrets }: Signing): SignatureHeaders {
  if (secrets.length === 0) throw new InvalidSigningSecret('There is no secret to sign with');
  const seconds = String(Math.floor(timestamp.getTime() / 1000));
  const signed = `${id}.${seconds}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures.join(' ') };
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '', 'base64');
  if (key.length >= MIN_SECRET_BYTES && key.length <= MAX_SECRET_BYTES) return key;
  throw new InvalidSigningSecret(
    `A signing secret is ${PREFIX} and ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes in base64`,
  );
}
