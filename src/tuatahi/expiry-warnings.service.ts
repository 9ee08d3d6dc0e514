import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { onceOverReplicas } from '../database/once';
import { EventLog } from '../events/event-log';
import { warningDue } from './expires-on.policy';
import { SubscriptionEntity } from './subscription.entity';
import { subscriptionEvent } from './subscription-event';

/** In one transaction; more follow at the next run. */
const AT_ONCE = 500;

/**
 * Those of which a warning may be due: a day more than each, as New Zealand's calendar decides. The nearest that was
 * sent stands for those before it.
 */
const CANDIDATES = `
  SELECT id FROM tuatahi_subscription
  WHERE state = 'active' AND expires_at > $1 AND (
    (expires_at <= $1::timestamptz + interval '31 days' AND warned_days = '{}')
    OR (expires_at <= $1::timestamptz + interval '8 days' AND NOT warned_days && '{1,7}')
    OR (expires_at <= $1::timestamptz + interval '2 days' AND NOT warned_days && '{1}'))
  ORDER BY expires_at, id LIMIT ${AT_ONCE} FOR NO KEY UPDATE SKIP LOCKED`;

/** Tells the contacts of subscriptions that these will end: 30, 7 and 1 days before, once each. */
@Injectable()
export class ExpiryWarnings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
  ) {}

  /** @returns how many it has sent, or undefined when another replica is at it */
  async warnDue(now: Date): Promise<number | undefined> {
    return onceOverReplicas(this.dataSource, 'tuatahi.warnings', async (tx) => {
      const events = [];
      for (const { id } of await tx.query<{ id: string }[]>(CANDIDATES, [now])) {
        const subscription = await tx.findOneByOrFail(SubscriptionEntity, { id });
        const { expiresAt, warnedDays } = subscription;
        const days = warningDue(expiresAt, now, warnedDays);
        if (days === undefined) continue;
        await tx.update(SubscriptionEntity, { id }, { warnedDays: [...warnedDays, days] });
        const event = subscriptionEvent('tuatahi.subscription.expiring', subscription, null);
        events.push({ ...event, data: { ...event.data, daysLeft: days } });
      }
      await this.log.append(tx, events);
      return events.length;
    });
  }
}
