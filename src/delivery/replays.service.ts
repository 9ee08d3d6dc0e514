import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { holdUp } from '../database/once';
import { EventLog } from '../events/event-log';
import { findNotifications } from './find-notifications';
import type { NotificationQuery } from './notification-conditions';
import { REPLAY_JOB } from './replay-mover.service';
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

/** What is pending is on its way, and what another replay has in hand will be. */
const REPLAYABLE = `n.status <> 'pending' AND NOT EXISTS (
  SELECT FROM delivery_replay_item i WHERE i.notification_id = n.id AND i.state IN ('waiting', 'queued'))`;

/** Rows that are selected, or taken, by one statement. */
const AT_ONCE = 10_000;

/** Notifications of which the events are looked at for one replay. */
const MAX_LOOKED_AT = 50_000;

/** What is asked for can only be told by looking at more events than are looked at for one replay. */
export class TooManyToLookAt extends Error {
  override readonly name = 'TooManyToLookAt';
  readonly most = MAX_LOOKED_AT;
}

/**
 * Takes what was selected, unless it has changed since. That another replay can't take the same is
 * `delivery_replay_item_once`.
 */
const TAKE = `
  INSERT INTO delivery_replay_item (replay_id, notification_id, state)
  SELECT $1, item.id, CASE WHEN deliverable THEN 'waiting' ELSE 'errored' END
  FROM unnest($2::uuid[], $3::boolean[]) AS item (id, deliverable)
  JOIN delivery_notification n ON n.id = item.id
  WHERE n.id BETWEEN ($2::uuid[])[1] AND ($2::uuid[])[cardinality($2::uuid[])]
    AND n.status <> 'pending' AND n.status = coalesce($4, n.status)
  ORDER BY item.id
  ON CONFLICT DO NOTHING
  RETURNING notification_id AS id, state = 'waiting' AS deliverable`;

/** Starts replays, tells how far they have come, and cancels them. `replay-mover.service.ts` does the work. */
@Injectable()
export class Replays {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
  ) {}

  /**
   * What the same selection would take now: the oldest first, without what another replay has in hand.
   * @throws TooManyToLookAt
   */
  async select({ query, live, limit }: ReplaySelection): Promise<ReplayItem[]> {
    const items: ReplayItem[] = [];
    const parts = findNotifications<ReplayItem>(this.dataSource.manager, this.log, {
      query,
      columns: (bind) =>
        `c.state = 'enabled' AND NOT c.expired AND n.subscription_id = ANY(${bind(live)}::uuid[]) AS deliverable`,
      condition: REPLAYABLE,
      order: 'oldest first',
      atOnce: query.matches ? AT_ONCE : Math.min(limit, AT_ONCE),
    });
    let total = 0;
    for await (const { found, lookedAt } of parts) {
      items.push(...found.map(({ id, deliverable }) => ({ id, deliverable })));
      if (items.length >= limit) break;
      total += lookedAt;
      if (query.matches && total >= MAX_LOOKED_AT) throw new TooManyToLookAt();
    }
    return items.slice(0, limit);
  }

  /**
   * Takes it: from then on it is done, whatever dies.
   * @returns the items that no other replay took meanwhile
   * @throws TooManyToLookAt
   */
  async start(
    selection: ReplaySelection,
    request: object,
  ): Promise<{ readonly id: string; readonly items: readonly ReplayItem[] }> {
    const id = randomUUID();
    const selected = await this.select(selection);
    const { partyId, status } = selection.query;
    return this.dataSource.transaction(async (tx) => {
      const items = await take(tx, id, selected, status);
      await tx.insert(ReplayEntity, { id, partyId, request, matched: items.length });
      return { id, items };
    });
  }

  /** @returns the id of the replay, or undefined, and then there is none, when there was nothing to take any more */
  async startOne({ query }: ReplaySelection, item: ReplayItem): Promise<string | undefined> {
    const id = randomUUID();
    return this.dataSource.transaction(async (tx) => {
      const { length: matched } = await take(tx, id, [item], query.status);
      if (matched === 0) return undefined;
      await tx.insert(ReplayEntity, { id, partyId: query.partyId, request: { id: item.id }, matched });
      return id;
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

async function take(
  tx: EntityManager,
  id: string,
  selected: readonly ReplayItem[],
  status: string | undefined,
): Promise<ReplayItem[]> {
  // Nothing is queued or settled meanwhile, so what is no other replay's has not been through one either.
  await holdUp(tx, REPLAY_JOB);
  const items: ReplayItem[] = [];
  for (let first = 0; first < selected.length; first += AT_ONCE) {
    const part = selected.slice(first, first + AT_ONCE);
    const ids = part.map((item) => item.id);
    const deliverable = part.map((item) => item.deliverable);
    items.push(...(await tx.query<ReplayItem[]>(TAKE, [id, ids, deliverable, status])));
  }
  return items;
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
