import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource, type EntityManager } from 'typeorm';
import { LOGGER } from '../config.module';
import { onceOverReplicas } from '../database/once';
import { EventLog } from './event-log';

interface Partition {
  readonly name: string;
  /** Its first position. */
  readonly from: number;
}

/** Events that a partition has room for, at least: the smallest part that retention can take away. */
const MIN_ROOM = 100;

/** Readers and writers wait behind this one while it waits for a lock; it gives way before they are taken for a deadlock. */
const LOCK_TIMEOUT = `SET LOCAL lock_timeout = '500ms'`;

/** In the order of their positions; each ends where the next begins, and the last never. */
const PARTITIONS = `
  SELECT c.relname AS name, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''?(\\d+)''?\\)'))[1]::float8 AS "from"
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'domain_event'::regclass ORDER BY 2`;

/**
 * The partitions of the event log: one for about a day's events, made before they come, and taken away as a whole
 * when all in it is old and everyone has read it.
 */
@Injectable()
export class EventPartitions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Makes room: the last partition has no end and is to stay empty. When the events have come near it, it gets an
   * end, and another last one follows. Readers and writers wait for a moment, and it waits for them no longer.
   */
  async makeRoom(): Promise<void> {
    await onceOverReplicas(this.dataSource, 'events.partitions', async (tx) => {
      const last = (await partitions(tx)).at(-1);
      if (!last) throw new Error('the event log has no partition');
      const head = await this.log.head(tx);
      const room = Math.max(MIN_ROOM, await eventsOfADay(tx));
      if (head < last.from - room / 2) return;
      const end = Math.max(last.from, head + 1) + room;
      await tx.query(LOCK_TIMEOUT);
      await tx.query(`ALTER TABLE domain_event DETACH PARTITION ${last.name}`);
      await tx.query(
        `ALTER TABLE domain_event ATTACH PARTITION ${last.name} FOR VALUES FROM (${last.from}) TO (${end})`,
      );
      await tx.query(
        `CREATE TABLE domain_event_${end} PARTITION OF domain_event FOR VALUES FROM (${end}) TO (MAXVALUE)`,
      );
    });
  }

  /**
   * Takes away the partitions of which all events are older, all durable consumers have handled them, and none is
   * still to be delivered.
   * @param neededFrom the first position that somebody still needs, besides the consumers
   * @returns how many partitions
   */
  async dropBefore(time: Date, neededFrom: (tx: EntityManager) => Promise<number>): Promise<number> {
    const dropped = await onceOverReplicas(this.dataSource, 'events.partitions', async (tx) => {
      // In this order: what a consumer makes of an event between the two, the second one sees.
      const unread = await firstUnread(tx);
      const needed = Math.min(unread, await neededFrom(tx));
      const all = await partitions(tx);
      let count = 0;
      for (const [index, { name }] of all.entries()) {
        const next = all[index + 1];
        if (!next || next.from > needed || !(await isOld(tx, name, time))) break;
        await tx.query(LOCK_TIMEOUT);
        await tx.query(`DROP TABLE ${name}`);
        this.logger.info({ partition: name }, 'events older than the retention were dropped');
        count += 1;
      }
      return count;
    });
    return dropped ?? 0;
  }
}

function partitions(tx: EntityManager): Promise<Partition[]> {
  return tx.query<Partition[]>(PARTITIONS);
}

async function eventsOfADay(tx: EntityManager): Promise<number> {
  const [row] = await tx.query<{ head: number; dayAgo: number }[]>(
    `SELECT (SELECT position FROM event_log_head)::float8 AS head,
       coalesce((SELECT position FROM domain_event WHERE id < karere_first_uuid(now() - interval '1 day')
                 ORDER BY id DESC LIMIT 1), 0)::float8 AS "dayAgo"`,
  );
  return row ? row.head - row.dayAgo : 0;
}

/** The first position that a consumer has not handled; those that it has parked are needed for a retry. */
async function firstUnread(tx: EntityManager): Promise<number> {
  const [row] = await tx.query<{ first: number }[]>(
    `SELECT least((SELECT min(position) + 1 FROM event_cursor), (SELECT min(position) FROM parked_event),
       (SELECT position + 1 FROM event_log_head))::float8 AS first`,
  );
  return row?.first ?? 0;
}

/** The last one tells, by a clock that may have been set: a day more or less does not matter. An empty partition is not old. */
async function isOld(tx: EntityManager, partition: string, time: Date): Promise<boolean> {
  const [row] = await tx.query<{ time: Date }[]>(
    `SELECT time FROM ${partition} ORDER BY position DESC LIMIT 1`,
  );
  return row !== undefined && row.time < time;
}
