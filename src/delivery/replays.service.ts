import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { conditionsFor, type NotificationQuery } from './notification-conditions';
import { ReplayEntity } from './replay.entity';

/** What a replay takes. */
export interface ReplayItem {
  readonly id: string;
  /** Its channel is enabled and its subscription lives: it can be delivered. */
  readonly deliverable: boolean;
}

export interface ReplaySelection {
  readonly query: NotificationQuery;
  /** Subscriptions that live: what is of another one can't be delivered. */
  readonly live: readonly string[];
  readonly limit: number;
}

/** How far a replay has come. */
export interface ReplayProgress {
  readonly replay: ReplayEntity;
  readonly waiting: number;
  readonly queued: number;
  readonly sent: number;
  readonly errored: number;
  readonly cancelled: number;
}

/** Starts replays, tells how far they have come, and cancels them. `replay-mover.service.ts` does the work. */
@Injectable()
export class Replays {
  constructor(private readonly dataSource: DataSource) {}

  /** What the same selection would take now: the oldest first, without what another replay has in hand. */
  select(selection: ReplaySelection): Promise<ReplayItem[]> {
    const { sql, parameters } = selectionOf(selection);
    return this.dataSource.query<ReplayItem[]>(sql, parameters);
  }

  /** Takes it: from then on it is done, whatever dies. @returns the items that no other replay took meanwhile */
  async start(
    selection: ReplaySelection,
    request: object,
  ): Promise<{ readonly id: string; readonly items: readonly ReplayItem[] }> {
    const id = randomUUID();
    const { sql, parameters } = selectionOf(selection);
    return this.dataSource.transaction(async (tx) => {
      const items = await tx.query<ReplayItem[]>(
        `INSERT INTO delivery_replay_item (replay_id, notification_id, state)
         SELECT $${parameters.push(id)}::uuid, s.id, CASE WHEN s.deliverable THEN 'waiting' ELSE 'errored' END
         FROM (${sql}) s ORDER BY s.id
         ON CONFLICT DO NOTHING
         RETURNING notification_id AS id, state = 'waiting' AS deliverable`,
        parameters,
      );
      const { partyId } = selection.query;
      await tx.insert(ReplayEntity, { id, partyId, request, matched: items.length });
      return { id, items };
    });
  }

  /** Undefined: the party has no such replay. */
  async progress(partyId: string, id: string): Promise<ReplayProgress | undefined> {
    const { manager } = this.dataSource;
    const replay = await manager.findOneBy(ReplayEntity, { id, partyId });
    return replay ? { replay, ...(await countsOf(manager, id)) } : undefined;
  }

  /** What is not queued yet never will be. What is, goes out. */
  async cancel(partyId: string, id: string): Promise<ReplayProgress | undefined> {
    await this.dataSource.transaction(async (tx) => {
      const replay = await tx.findOne(ReplayEntity, {
        where: { id, partyId, state: 'running' },
        lock: { mode: 'pessimistic_write' },
      });
      if (!replay) return;
      await tx.query(
        `UPDATE delivery_replay_item SET state = 'cancelled' WHERE replay_id = $1 AND state = 'waiting'`,
        [id],
      );
      await tx.update(ReplayEntity, { id }, { state: 'cancelled', finishedAt: new Date() });
    });
    return this.progress(partyId, id);
  }
}

/** Only what is finished: what is pending is on its way. */
function selectionOf({ query, live, limit }: ReplaySelection): { sql: string; parameters: unknown[] } {
  const { sql, parameters } = conditionsFor(query);
  return {
    parameters,
    sql: `
      SELECT n.id, c.state = 'enabled' AND n.subscription_id = ANY($${parameters.push(live)}::uuid[]) AS deliverable
      FROM delivery_notification n JOIN delivery_channel c ON c.id = n.channel_id
      WHERE ${sql} AND n.status <> 'pending' AND NOT EXISTS (
        SELECT FROM delivery_replay_item i
        WHERE i.notification_id = n.id AND i.state IN ('waiting', 'queued'))
      ORDER BY n.id LIMIT $${parameters.push(limit)}`,
  };
}

async function countsOf(tx: EntityManager, id: string): Promise<Omit<ReplayProgress, 'replay'>> {
  const rows = await tx.query<{ state: string; count: number }[]>(
    'SELECT state, count(*)::int AS count FROM delivery_replay_item WHERE replay_id = $1 GROUP BY state',
    [id],
  );
  const count = (wanted: string): number => rows.find(({ state }) => state === wanted)?.count ?? 0;
  return {
    waiting: count('waiting'),
    queued: count('queued'),
    sent: count('sent'),
    errored: count('errored'),
    cancelled: count('cancelled'),
  };
}
