import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource, type EntityManager } from 'typeorm';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { inSteps, STEP } from '../database/in-steps';
import { PartOrders } from './part-orders';
import { clearWindows } from './places';
import type { Slot } from './slot';

const DAY_MS = 86_400_000;

/**
 * Deletes visits whose window ended before an instant, and that were not cancelled later than that. Guarantees: what
 * somebody has in hand is passed over, so this waits for nobody; it is there at the next run. By the index
 * followup_booking_by_time, from its beginning: no window ends before it begins.
 */
const DROP = `
  WITH old AS MATERIALIZED (
    SELECT order_num FROM followup_booking
    WHERE starts_at < $1 AND ends_at < $1 AND (cancelled_at IS NULL OR cancelled_at < $1)
    ORDER BY starts_at, order_num LIMIT $2
    FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM followup_booking b USING old WHERE b.order_num = old.order_num
    RETURNING b.order_num, b.service_area_id, b.starts_at, b.ends_at
  )
  SELECT order_num AS "orderNum", service_area_id AS "serviceAreaId", starts_at AS start, ends_at AS "end" FROM gone`;

/** Takes away visits that are long over, with what was kept for them. */
@Injectable()
export class BookingRetention {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly dataSource: DataSource,
    private readonly partOrders: PartOrders,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async dropOld(now: Date): Promise<void> {
    const time = new Date(now.getTime() - this.config.retentionDays * DAY_MS);
    const visits = await inSteps(this.dataSource, 'followup.retention', (tx) => this.dropSome(tx, time));
    if (visits > 0) this.logger.info({ visits }, 'follow-up visits older than the retention were dropped');
  }

  /** Locks in the order in which booking does: the visits, their windows. */
  private async dropSome(tx: EntityManager, time: Date): Promise<number> {
    const gone = await tx.query<(Slot & { readonly orderNum: string })[]>(DROP, [time, STEP]);
    if (gone.length === 0) return 0;
    await this.partOrders.forget(
      tx,
      gone.map(({ orderNum }) => orderNum),
    );
    await clearWindows(tx, gone);
    return gone.length;
  }
}
