import type { EntityManager } from 'typeorm';
import type { DomainEvent } from './domain-event';

/**
 * A named reader of the event log with its own cursor in the database. Any provider that extends this class
 * is found and run; one replica at a time runs it, in order, and another takes over when that one dies.
 */
export abstract class DurableConsumer {
  /** Key of its cursor: never change it, or it starts again from the beginning of the log. */
  abstract readonly name: string;

  /** Events in one transaction, at most. */
  readonly batchSize: number = 200;

  /** How long it lets events gather once there is one, ms: a batch of many costs hardly more than one of few. */
  readonly gatherMs: number = 50;

  /**
   * Handles a batch. What it writes through `tx` commits together with the cursor: exactly once. Effects
   * elsewhere happen at least once; the event's id is their idempotency key. To throw means: none of the
   * batch is handled, unless it is a `StoppedAt`.
   */
  abstract handle(events: readonly DomainEvent[], tx: EntityManager): Promise<void>;

  /** Handles an event that it has parked, now, out of its order. Its cursor is locked: no batch is under way. */
  async handleParked(event: DomainEvent, tx: EntityManager): Promise<void> {
    await this.handle([event], tx);
  }

  /** Called when this process begins to run it: what it needs elsewhere can be made ready, in the background. */
  start?(): void;

  /** Removes what it has built from the log, so that it can be built again. Absent: it can't be rebuilt. */
  reset?(tx: EntityManager): Promise<void>;
}

/**
 * Thrown by a consumer that handles one event after the other, outside our database: the first `handled` of the
 * batch are done. The transaction commits, so what was written through `tx` has to be of those alone.
 */
export class StoppedAt extends Error {
  constructor(
    readonly handled: number,
    override readonly cause: unknown,
  ) {
    super('stopped within a batch', { cause });
  }
}

/**
 * Thrown by a consumer, by itself or as the cause of a `StoppedAt`, when what it needs elsewhere is away. That says
 * nothing about the events: they wait for as long as it takes, and none is parked.
 */
export class CounterpartAway extends Error {
  override readonly name = 'CounterpartAway';
}
