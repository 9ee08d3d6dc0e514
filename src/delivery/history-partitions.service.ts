import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource, type EntityManager } from 'typeorm';
import { LOGGER } from '../config.module';
import { onceOverReplicas } from '../database/once';

/** Days for which there are partitions in advance. */
const DAYS_AHEAD = 8;

/**
 * Those who deliver wait behind this one while it waits for a lock: shorter than the second after which PostgreSQL looks
 * for deadlocks, so that in any tangle it is this job that gives way. It comes again.
 */
const LOCK_TIMEOUT = `SET LOCAL lock_timeout = '500ms'`;

/** Days (UTC) of which a partition's name ends with the date. */
const DAYS = `
  SELECT right(c.relname, 8) AS day FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'delivery_history'::regclass AND c.relname ~ '_\\d{8}$' AND right(c.relname, 8) < $1
  ORDER BY 1`;

/** What goes away stays in the ledger, as a number. */
const archive = (from: string): string => `
  INSERT INTO delivery_archived AS archived (subscription_id, status, notifications)
  SELECT subscription_id, status, count(*) FROM ${from} WHERE sequence IS NOT NULL GROUP BY 1, 2
  ON CONFLICT (subscription_id, status)
  DO UPDATE SET notifications = archived.notifications + excluded.notifications`;

/**
 * Positions ascend with ids, but for an event that was parked, or what one batch has queued: so the first of those kept are
 * looked at, and all that are not in the partition of their day.
 */
const FIRST_NEEDED = `
  SELECT least(
    (SELECT min(position) FROM delivery_notification WHERE status = 'pending' AND position > 0),
    (SELECT min(position) FROM delivery_history_rest WHERE position > 0),
    (SELECT min(position) FROM (
       SELECT position FROM delivery_history
       WHERE position > 0 AND tableoid <> 'delivery_history_rest'::regclass ORDER BY id LIMIT 10000) first)
  )::float8 AS first`;

/** The partitions of the delivery history: one for each day, made before it, and dropped when it is old. */
@Injectable()
export class HistoryPartitions {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async makeDays(): Promise<void> {
    await onceOverReplicas(this.dataSource, 'delivery.partitions', async (tx) => {
      await tx.query(LOCK_TIMEOUT);
      await tx.query('SELECT karere_make_days($1)', [DAYS_AHEAD]);
    });
  }

  /** Drops the days that ended before. Each in a transaction of its own, so that nobody waits for long. */
  async dropBefore(time: Date): Promise<void> {
    const rows = await this.dataSource.query<{ day: string }[]>(DAYS, [dayOf(time)]);
    for (const { day } of rows) {
      await onceOverReplicas(this.dataSource, 'delivery.partitions', (tx) => this.dropDay(tx, day));
    }
    await onceOverReplicas(this.dataSource, 'delivery.partitions', (tx) => this.clearRest(tx, time));
  }

  /** The first event that a notification tells of, be it queued or in the log: it may be replayed as long as it is there. */
  async firstNeeded(tx: EntityManager): Promise<number> {
    const [row] = await tx.query<{ first: number | null }[]>(FIRST_NEEDED);
    return row?.first ?? Number.POSITIVE_INFINITY;
  }

  private async dropDay(tx: EntityManager, day: string): Promise<void> {
    const history = `delivery_history_${day}`;
    const [there] = await tx.query<{ there: boolean }[]>('SELECT to_regclass($1) IS NOT NULL AS there', [
      history,
    ]);
    if (!there?.there) return;
    await tx.query(LOCK_TIMEOUT);
    // Nothing of it is replayed while it is counted; who only reads does not wait.
    await tx.query(`LOCK TABLE ${history} IN SHARE MODE`);
    await tx.query(archive(history));
    // In the order in which `record-outcomes.ts` takes them.
    await tx.query(`DROP TABLE IF EXISTS delivery_attempt_${day}, ${history}`);
    this.logger.info({ day }, 'notifications older than the retention were dropped');
  }

  /** What was finished again after its day was gone, and replays that are long over. */
  private async clearRest(tx: EntityManager, time: Date): Promise<void> {
    await tx.query('CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT * FROM delivery_history_rest LIMIT 0');
    await tx.query(
      `WITH old AS (DELETE FROM delivery_history_rest WHERE finished_at < $1 RETURNING *) INSERT INTO gone SELECT * FROM old`,
      [time],
    );
    await tx.query(archive('gone'));
    await tx.query('DELETE FROM delivery_attempt_rest WHERE at < $1', [time]);
    await tx.query(
      `DELETE FROM delivery_replay_item i USING delivery_replay r WHERE r.id = i.replay_id AND r.finished_at < $1`,
      [time],
    );
    await tx.query('DELETE FROM delivery_replay WHERE finished_at < $1', [time]);
  }
}

/** `yyyymmdd`, UTC. */
function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10).replaceAll('-', '');
}
