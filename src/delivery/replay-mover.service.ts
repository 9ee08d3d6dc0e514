import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { againWhenMoved } from '../database/again-when-moved';
import { onceOverReplicas } from '../database/once';
import type { NewEvent } from '../events/domain-event';
import { EventLog } from '../events/event-log';
import { DELIVERY_CHANNEL } from './enqueue';
import { moveNext, settleReplayed } from './move-replays';
import { replayRoom, useReplayRoom } from './replay-pace';
import { ReplayEntity } from './replay.entity';

/** Its lock. */
export const REPLAY_JOB = 'delivery.replays';

/** Of all replays together, in the queue at once: so that cancelling is quick, and the queue stays small. */
const MAX_QUEUED = 1000;

/** By `delivery_replay_item_queued`. */
const QUEUED = `SELECT count(*)::int AS count FROM delivery_replay_item WHERE state = 'queued'`;

/** By `delivery_replay_item_waiting`, and a look at what is queued. */
const OPEN = `
  SELECT EXISTS (SELECT FROM delivery_replay_item WHERE replay_id = $1 AND state = 'waiting')
    OR EXISTS (SELECT FROM delivery_replay_item WHERE replay_id = $1 AND state = 'queued') AS open`;

/** Brings replays forward, a bounded step at a time. */
@Injectable()
export class ReplayMover {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * One step for all replays, the oldest first, as far as their rate allows by now. On one replica at a time; whoever
   * comes next goes on from what has committed.
   */
  async step(now: Date): Promise<void> {
    await againWhenMoved(() =>
      onceOverReplicas(this.dataSource, REPLAY_JOB, async (tx) => {
        await settleReplayed(tx);
        const running = await tx.find(ReplayEntity, {
          where: { state: 'running' },
          order: { createdAt: 'ASC' },
          lock: { mode: 'pessimistic_write' },
        });
        if (running.length === 0) return;
        await this.move(tx, running, now);
        await this.log.append(tx, await this.end(tx, running, now));
      }),
    );
  }

  private async move(tx: EntityManager, running: readonly ReplayEntity[], now: Date): Promise<void> {
    const { replayPerSecond } = this.config.delivery;
    const [queued] = await tx.query<{ count: number }[]>(QUEUED);
    const room = Math.min(
      await replayRoom(tx, replayPerSecond, now),
      MAX_QUEUED - (queued?.count ?? MAX_QUEUED),
    );
    let used = 0;
    for (const { id } of running) {
      if (used < room) used += await moveNext(tx, id, room - used);
    }
    await useReplayRoom(tx, used, replayPerSecond, now);
    if (used > 0) await tx.query(`SELECT pg_notify('${DELIVERY_CHANNEL}', '')`);
  }

  /** Those of which nothing is to come any more. @returns what is to be stated of them */
  private async end(tx: EntityManager, running: readonly ReplayEntity[], now: Date): Promise<NewEvent[]> {
    const events: NewEvent[] = [];
    for (const { id, partyId, matched } of running) {
      const [row] = await tx.query<{ open: boolean }[]>(OPEN, [id]);
      if (row?.open !== false) continue;
      await tx.update(ReplayEntity, { id }, { state: 'done', finishedAt: now });
      const sent = await sentOf(tx, id);
      events.push({
        type: 'tuatahi.replay.completed',
        source: '/tuatahi',
        subject: id,
        partyIds: [partyId],
        correlationId: null,
        data: { replayId: id, partyId, matched, sent, errored: matched - sent },
      });
    }
    return events;
  }
}

async function sentOf(tx: EntityManager, id: string): Promise<number> {
  const [row] = await tx.query<{ sent: number }[]>(
    `SELECT count(*)::int AS sent FROM delivery_replay_item WHERE replay_id = $1 AND state = 'sent'`,
    [id],
  );
  return row?.sent ?? 0;
}
