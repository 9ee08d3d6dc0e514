import type { EntityManager } from 'typeorm';

interface Change {
  readonly type: string;
  /** When the subscription was to end from then on. */
  readonly expires_at: Date;
}

/** Backwards along `domain_event_of_subscriptions`. */
const LAST_CHANGE = `
  SELECT type, (data->>'expiresAt')::timestamptz AS expires_at FROM domain_event
  WHERE position < $2 AND type LIKE 'tuatahi.subscription.%' AND subject = $1
  ORDER BY position DESC LIMIT 1`;

/**
 * What happened last to a subscription before a position of the log, by which the fan-out goes as well. Undefined:
 * nothing, or it is gone by retention.
 */
export async function lastChangeBefore(
  tx: EntityManager,
  subscriptionId: string,
  position: number,
): Promise<Change | undefined> {
  const [change] = await tx.query<Change[]>(LAST_CHANGE, [subscriptionId, position]);
  return change;
}
