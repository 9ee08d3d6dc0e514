import { isConnectionLost } from '../database/is-database-away';
import { DataSource, type EntityManager } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import type { Tracing } from '../tracing/tracing';
import { causeOf, messageOf } from './consumer-failure';
import { withConsumerSpans } from './consumer-spans';
import type { DomainEvent } from './domain-event';
import { CounterpartAway, type DurableConsumer, StoppedAt } from './durable-consumer';
import type { EventLog } from './event-log';

/** Attempts at an event that fails alone, before it is parked. */
const ATTEMPTS = 5;

/** After the nth failed attempt at one event, in milliseconds: 100, 200, 400, 800. */
const backoffMs = (attempt: number): number => 100 * 2 ** (attempt - 1);

export type StepOutcome =
  /** All that was read was handled; `more`: there may be more right now. */
  | { readonly kind: 'handled'; readonly events: number; readonly more: boolean }
  /** Another replica is at it, or the next attempt is not due. */
  | { readonly kind: 'waiting' }
  /** Something in the batch failed; a batch of `nextLimit` brings the next attempt nearer to what it was. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly nextLimit: number }
  /** What the consumer needs elsewhere is away. No event is to blame, so no attempt is counted. */
  | { readonly kind: 'away'; readonly error: CounterpartAway }
  | { readonly kind: 'parked'; readonly error: unknown; readonly event: DomainEvent };

const LOCK_CURSOR: Prepared = {
  name: 'events.lock-cursor',
  text: `
  SELECT position, attempts FROM event_cursor
  WHERE consumer = $1 AND (retry_at IS NULL OR retry_at <= clock_timestamp())
  FOR UPDATE SKIP LOCKED`,
};

const MOVE_CURSOR: Prepared = {
  name: 'events.move-cursor',
  text: `
  UPDATE event_cursor SET position = $2, attempts = 0, error = NULL, retry_at = NULL WHERE consumer = $1`,
};

interface Cursor {
  position: string;
  attempts: number;
}

/** One batch of one consumer in one transaction: lock the cursor, read, handle, move the cursor, commit. */
export class ConsumerStep {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly consumer: DurableConsumer,
    private readonly tracing: Tracing,
  ) {}

  async run(limit: number): Promise<StepOutcome> {
    let batch: readonly DomainEvent[] = [];
    try {
      return await this.dataSource.transaction(async (tx) => {
        const cursor = await this.lockCursor(tx);
        if (!cursor) return { kind: 'waiting' };
        batch = await this.log.read(tx, Number(cursor.position), limit);
        return this.handle(batch, limit, tx);
      });
    } catch (error) {
      const [first] = batch;
      const cause = causeOf(error);
      if (cause instanceof CounterpartAway) return { kind: 'away', error: cause };
      const nextLimit = error instanceof StoppedAt ? 1 : half(batch.length || limit);
      // It says nothing about the event; counted, a database that comes and goes would park innocent ones. But the
      // server also ends a transaction that listeners let wait for too long, and a smaller batch takes less.
      if (isConnectionLost(error) || isConnectionLost(cause))
        return { kind: 'failed', error: cause, nextLimit };
      if (first && batch.length === 1) return this.countFailure(first, cause);
      return { kind: 'failed', error: cause, nextLimit };
    }
  }

  /** A new consumer starts at the beginning of the log. */
  async createCursor(): Promise<void> {
    await this.dataSource.query('INSERT INTO event_cursor (consumer) VALUES ($1) ON CONFLICT DO NOTHING', [
      this.consumer.name,
    ]);
  }

  private async lockCursor(tx: EntityManager): Promise<Cursor | undefined> {
    const [cursor] = await runPrepared<Cursor>(tx, LOCK_CURSOR, [this.consumer.name]);
    return cursor;
  }

  private async handle(
    batch: readonly DomainEvent[],
    limit: number,
    tx: EntityManager,
  ): Promise<StepOutcome> {
    const last = batch.at(-1);
    if (!last) return { kind: 'handled', events: 0, more: false };
    // Before the work, because the work may end with an append, which has to be the last statement.
    await this.moveCursor(tx, last.position);
    try {
      await withConsumerSpans(this.tracing, this.consumer.name, batch, () => this.consumer.handle(batch, tx));
      return { kind: 'handled', events: batch.length, more: batch.length === limit };
    } catch (error) {
      const lastHandled = error instanceof StoppedAt ? batch[error.handled - 1] : undefined;
      if (!lastHandled) throw error;
      // What came before the failing event is done and must not be done again: keep that progress.
      await this.moveCursor(tx, lastHandled.position);
      const cause = causeOf(error);
      if (cause instanceof CounterpartAway) return { kind: 'away', error: cause };
      return { kind: 'failed', error: cause, nextLimit: 1 };
    }
  }

  private async moveCursor(tx: EntityManager, position: number): Promise<void> {
    await runPrepared(tx, MOVE_CURSOR, [this.consumer.name, position]);
  }

  private async countFailure(event: DomainEvent, error: unknown): Promise<StepOutcome> {
    return this.dataSource.transaction(async (tx) => {
      const cursor = await this.lockCursor(tx);
      // Another replica has taken over in between: the attempt is its own to count.
      if (!cursor || Number(cursor.position) >= event.position) return { kind: 'waiting' };
      const attempts = cursor.attempts + 1;
      const text = messageOf(error);
      if (attempts < ATTEMPTS) {
        await tx.query(
          `UPDATE event_cursor SET attempts = $2, error = $3,
             retry_at = clock_timestamp() + $4 * interval '1 millisecond'
           WHERE consumer = $1`,
          [this.consumer.name, attempts, text, backoffMs(attempts)],
        );
        return { kind: 'failed', error, nextLimit: 1 };
      }
      await tx.query(
        `INSERT INTO parked_event (consumer, position, type, error, attempts) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT ON CONSTRAINT parked_event_once
         DO UPDATE SET error = excluded.error, attempts = parked_event.attempts + excluded.attempts`,
        [this.consumer.name, event.position, event.type, text, attempts],
      );
      await this.moveCursor(tx, event.position);
      return { kind: 'parked', error, event };
    });
  }
}

function half(events: number): number {
  return Math.max(1, events >> 1);
}
