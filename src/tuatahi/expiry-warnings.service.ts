import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { onceOverReplicas } from '../database/once';
import { EventLog } from '../events/event-log';
import { latestWith, WARNING_DAYS, warningDue } from './expires-on.policy';
import { SubscriptionEntity } from './subscription.entity';
import { subscriptionEvent } from './subscription-event';

/** In one transaction; more follow at the next run. */
const AT_ONCE = 500;

/**
 * Those of which a warning is due; the nearest that was sent stands for those before it. Exactly those: others would
 * take their places. By `tuatahi_subscription_expiry`.
 */
const DUE = `
  SELECT id FROM tuatahi_subscription
  WHERE state = 'active' AND expires_at > $1 AND EXISTS (
    SELECT FROM unnest($2::int[], $3::timestamptz[]) AS warning (days, latest)
    WHERE expires_at <= latest AND NOT EXISTS (SELECT FROM unnest(warned_days) AS sent WHERE sent <= days))
    AND expires_at <= ANY($3::timestamptz[])
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
      const latest = WARNING_DAYS.map((days) => latestWith(days, now));
      for (const { id } of await tx.query<{ id: string }[]>(DUE, [now, WARNING_DAYS, latest])) {
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
