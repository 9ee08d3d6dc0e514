import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { againWhenMoved } from '../database/again-when-moved';
import { onceOverReplicas } from '../database/once';
import { EventLog } from '../events/event-log';
import { REPLAY_LANE } from './endpoint-name';
import { DELIVERY_CHANNEL } from './enqueue';
import { ReplayEntity } from './replay.entity';

/** Of all replays together, in the queue at once: so that cancelling is quick, and the queue stays small. */
const MAX_QUEUED = 1000;

/** What has left the queue is done, one way or the other. By `delivery_replay_item_once` and the primary keys. */
const SETTLE = `
  WITH done AS (
    SELECT i.replay_id, i.notification_id, n.status FROM delivery_replay_item i
    JOIN delivery_notification n ON n.id = i.notification_id
    WHERE i.state = 'queued' AND n.status <> 'pending' AND n.id = ANY(
      ARRAY(SELECT notification_id FROM delivery_replay_item WHERE state = 'queued'))
  )
  UPDATE delivery_replay_item i SET state = CASE done.status WHEN 'sent' THEN 'sent' ELSE 'errored' END
  FROM done WHERE i.replay_id = done.replay_id AND i.notification_id = done.notification_id`;

/**
 * Puts the next of a replay into the queue again, in a lane of its own (`endpoint-name.ts`), with its number and id
 * as they were and its attempts counted anew. Those that can't be delivered any more are `errored`.
 */
const MOVE = `
  WITH next AS (
    SELECT notification_id AS id FROM delivery_replay_item
    WHERE replay_id = $1 AND state = 'waiting' ORDER BY notification_id LIMIT $2
  ),
  moved AS (
    UPDATE delivery_notification n SET status = 'pending', endpoint = '${REPLAY_LANE}' || c.endpoint,
      next_attempt_at = clock_timestamp(), finished_at = NULL, claim_id = NULL, first_attempt_at = NULL,
      counted_attempts = 0, replay_id = $1
    FROM delivery_channel c
    WHERE n.id = ANY(ARRAY(SELECT id FROM next)) AND n.status <> 'pending'
      AND c.id = n.channel_id AND c.state = 'enabled'
    RETURNING n.id
  )
  UPDATE delivery_replay_item i
  SET state = CASE WHEN i.notification_id IN (SELECT id FROM moved) THEN 'queued' ELSE 'errored' END
  WHERE i.replay_id = $1 AND i.notification_id = ANY(ARRAY(SELECT id FROM next))`;

/** Brings replays forward, a bounded step at a time. */
@Injectable()
export class ReplayMover {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * One step for all replays, the oldest first: at most as many as go out in a second. On one replica at a time;
   * whoever comes next goes on from what has committed.
   */
  async step(): Promise<void> {
    await againWhenMoved(() =>
      onceOverReplicas(this.dataSource, 'delivery.replays', async (tx) => {
        await tx.query(SETTLE);
        let room = Math.min(this.config.delivery.replayPerSecond, MAX_QUEUED - (await queued(tx)));
        const running = await tx.find(ReplayEntity, {
          where: { state: 'running' },
          order: { createdAt: 'ASC' },
          lock: { mode: 'pessimistic_write' },
        });
        const ended: ReplayEntity[] = [];
        for (const replay of running) {
          if (room > 0) room -= await this.move(tx, replay, room);
          if (await isDone(tx, replay.id)) ended.push(replay);
        }
        await tx.query(`SELECT pg_notify('${DELIVERY_CHANNEL}', '')`);
        await this.end(tx, ended);
      }),
    );
  }

  private async move(tx: EntityManager, { id }: ReplayEntity, room: number): Promise<number> {
    const [, moved] = await tx.query<[unknown, number]>(MOVE, [id, room]);
    return moved;
  }

  private async end(tx: EntityManager, ended: readonly ReplayEntity[]): Promise<void> {
    const events = [];
    for (const { id, partyId, matched } of ended) {
      await tx.update(ReplayEntity, { id }, { state: 'done', finishedAt: new Date() });
      const [row] = await tx.query<{ sent: number }[]>(
        `SELECT count(*)::int AS sent FROM delivery_replay_item WHERE replay_id = $1 AND state = 'sent'`,
        [id],
      );
      const sent = row?.sent ?? 0;
      events.push({
        type: 'tuatahi.replay.completed' as const,
        source: '/tuatahi',
        subject: id,
        partyIds: [partyId],
        correlationId: null,
        data: { replayId: id, partyId, matched, sent, errored: matched - sent },
      });
    }
    await this.log.append(tx, events);
  }
}

async function queued(tx: EntityManager): Promise<number> {
  const [row] = await tx.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM delivery_replay_item WHERE state = 'queued'`,
  );
  return row?.count ?? 0;
}

async function isDone(tx: EntityManager, id: string): Promise<boolean> {
  const [row] = await tx.query<{ open: boolean }[]>(
    `SELECT EXISTS (SELECT FROM delivery_replay_item WHERE replay_id = $1 AND state IN ('waiting', 'queued')) AS open`,
    [id],
  );
  return row?.open === false;
}
