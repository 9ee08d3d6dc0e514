import { Inject, Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import { Overdue } from '../delivery/overdue.service';
import { Metrics } from '../metrics/metrics';
import { Ledger } from './ledger.service';

/** Longer than a circuit breaker holds an endpoint's queue. */
const STUCK_SECONDS = 1200;

/** Looks from time to time whether the ledger adds up, and whether what is due moves; says so when not. */
@Injectable()
export class SelfCheck {
  private readonly unbalanced: Gauge;
  private readonly overdue: Gauge;
  private readonly lookedAt: Gauge;

  constructor(
    private readonly ledger: Ledger,
    private readonly overdues: Overdue,
    metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const registers = [metrics.registry];
    this.unbalanced = new Gauge({
      name: 'karere_ledger_unbalanced_subscriptions',
      help: 'Subscriptions of which the ledger did not add up when this process looked; absent: another one has looked since',
      registers,
    });
    this.overdue = new Gauge({
      name: 'karere_delivery_overdue_seconds',
      help: 'For how long something had been due and nothing was attempted when this process last looked',
      registers,
    });
    this.lookedAt = new Gauge({
      name: 'karere_self_check_timestamp_seconds',
      help: 'When this process last counted the ledger; 0: it has not, others may have',
      registers,
    });
  }

  async look(now: Date): Promise<void> {
    // Whatever becomes of one, the other is looked at.
    const looks = await Promise.allSettled([this.lookAtQueue(now), this.lookAtLedger(now)]);
    for (const each of looks) if (each.status === 'rejected') throw each.reason;
  }

  private async lookAtQueue(now: Date): Promise<void> {
    const seconds = await this.overdues.standstillSeconds(now);
    this.overdue.set(seconds);
    if (seconds > STUCK_SECONDS) {
      this.logger.error({ seconds }, 'notifications are due and nothing moves them');
    }
  }

  private async lookAtLedger(now: Date): Promise<void> {
    const wrong = await this.ledger.unbalanced(now);
    // What was found here before need not be so any more: the other replica says how it is.
    if (!wrong) return this.unbalanced.remove();
    this.unbalanced.set(wrong.length);
    for (const row of wrong.slice(0, 20)) this.logger.error({ ledger: row }, 'the ledger does not add up');
    this.lookedAt.set(now.getTime() / 1000);
  }
}
