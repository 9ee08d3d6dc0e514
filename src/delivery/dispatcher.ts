import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { Signal } from '../database/signal';
import { claim, type Claimed } from './claim';
import type { Delivery } from './delivery';
import { Endpoints } from './endpoints';
import type { Outcomes } from './outcomes';
import { UnderWay } from './under-way';
import { isUp, verdictOf } from './verdict';

export interface DispatcherOptions {
  /** Deliveries under way in this process, at most; slow ones count less (`under-way.ts`). */
  readonly concurrency: number;
  /** Of them to one endpoint. */
  readonly endpointConcurrency: number;
  /** Of them by mail. */
  readonly mailConcurrency: number;
  /** How long a claim holds; longer than a delivery may take. */
  readonly leaseMs: number;
  /** How long deliveries under way may take when it is stopped; then they are broken off and given back. */
  readonly drainMs: number;
}

/** How long it sleeps at most when nothing is due: retries become due without anyone saying so. */
const POLL_MS = 500;

/** With slots freed one by one, a claim waits for so many more: one for a few costs as much as one for many. */
const GATHER_MS = 5;

/** How long a delivery that we could not even begin keeps its slot. */
const AFTER_FAULT_MS = 250;

/**
 * Takes what is due, delivers it, and writes down what came of it, until it is stopped. Slots and circuit breakers go
 * by a clock that nobody can set: one that is set back by hours would hold an endpoint for as long.
 */
export class Dispatcher {
  private readonly endpoints: Endpoints;
  private readonly underWay: UnderWay;
  private stopping = false;
  private running: Promise<void> | undefined;
  /** Having taken fewer than so many, it looks again when it is told to: most likely that was all. */
  private readonly few: number;

  constructor(
    private readonly dataSource: DataSource,
    private readonly delivery: Delivery,
    private readonly outcomes: Outcomes,
    private readonly due: Signal,
    private readonly options: DispatcherOptions,
    private readonly logger: Logger,
  ) {
    this.endpoints = new Endpoints(options);
    this.underWay = new UnderWay(options.concurrency);
    this.few = Math.ceil(options.concurrency / 16);
  }

  start(): void {
    this.running ??= this.loop();
  }

  /** Takes nothing more, lets what is under way come to its end, and gives back what does not in time. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.due.wake();
    this.underWay.ended.wake();
    await this.running;
    this.running = undefined;
    const overdue = setTimeout(() => this.delivery.breakOff(), this.options.drainMs);
    await this.underWay.none();
    clearTimeout(overdue);
    this.stopping = false;
  }

  /** Takes what is due once, and waits until all of it is delivered and written down. For tests. */
  async runOnce(): Promise<number> {
    const taken = await this.pass();
    await this.underWay.none();
    return taken;
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      const due = this.due.mark;
      const ended = this.underWay.ended.mark;
      try {
        const taken = await this.pass();
        if (taken < this.few) await Promise.race([this.due.next(due, POLL_MS), this.gathered(ended)]);
      } catch (error) {
        this.logger.warn({ err: error }, 'the dispatcher can not claim; trying again');
        await sleep(POLL_MS);
      }
    }
  }

  /**
   * Looks at all endpoints, a part of them at a time. When it has taken something, another pass follows: what it
   * has looked at first may have changed since.
   */
  private async pass(): Promise<number> {
    let taken = 0;
    let after = '';
    do {
      const { claimed, scannedTo } = await this.claim(after);
      for (const each of claimed) void this.deliver(each);
      if (claimed.length > 0) await this.underWay.room(() => this.stopping);
      taken += claimed.length;
      after = scannedTo;
    } while (after !== '' && !this.stopping);
    return taken;
  }

  private claim(after: string): ReturnType<typeof claim> {
    return claim(this.dataSource, {
      limit: this.underWay.free(performance.now()),
      slotsPerEndpoint: this.options.endpointConcurrency,
      freeSlots: this.endpoints.freeSlots(performance.now()),
      replayLanes: this.endpoints.freeReplayLanes(this.options.concurrency),
      claimId: randomUUID(),
      leaseMs: this.options.leaseMs,
      after,
    });
  }

  private async deliver(claimed: Claimed): Promise<void> {
    const begunAt = performance.now();
    const course = this.underWay.enter(begunAt);
    const slot = this.endpoints.take(claimed.endpoint, begunAt);
    const at = new Date();
    try {
      const { outcome, decision } = await this.delivery.attempt(claimed, at);
      slot.release(isUp(verdictOf(outcome)), performance.now());
      course.over();
      await this.outcomes.write({ claimed, at, outcome, decision }, begunAt + this.options.leaseMs);
    } catch (error) {
      // A queue of which nothing can be composed would otherwise be taken in circles, as fast as it goes.
      setTimeout(() => slot.release(undefined, performance.now()), AFTER_FAULT_MS).unref();
      // Its lease runs out, and then it is delivered again: at least once.
      this.logger.error({ notification: claimed.id, err: error }, 'a delivery came to no outcome');
    } finally {
      course.end();
    }
  }

  private async gathered(mark: number): Promise<void> {
    await this.underWay.ended.next(mark, POLL_MS);
    await sleep(GATHER_MS);
  }
}
