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

/** Takes what is due, delivers it, and writes down what came of it, until it is stopped. */
export class Dispatcher {
  private readonly endpoints: Endpoints;
  private readonly underWay: UnderWay;
  private after = '';
  private stopping = false;
  private running: Promise<void> | undefined;

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
  }

  start(): void {
    this.stopping = false;
    this.running ??= this.loop();
  }

  /** Takes nothing more, lets what is under way come to its end, and gives back what does not in time. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.due.wake();
    this.underWay.wake();
    await this.running;
    this.running = undefined;
    const overdue = setTimeout(() => this.delivery.breakOff(), this.options.drainMs);
    await this.underWay.none();
    clearTimeout(overdue);
  }

  /** Claims once, and waits until all that was claimed is delivered and written down. For tests. */
  async runOnce(): Promise<number> {
    const claimed = await this.claimAndDeliver();
    await this.underWay.none();
    return claimed;
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      const { mark } = this.due;
      const changed = this.underWay.change();
      try {
        const claimed = await this.claimAndDeliver();
        if (claimed > 0 && !this.stopping) await this.underWay.room(this.options.concurrency / 4);
        else if (this.after === '') await Promise.race([this.due.next(mark, POLL_MS), gathered(changed)]);
      } catch (error) {
        this.logger.warn({ err: error }, 'the dispatcher can not claim; trying again');
        await sleep(POLL_MS);
      }
    }
  }

  private async claimAndDeliver(): Promise<number> {
    const limit = this.underWay.free(Date.now());
    if (limit === 0) return 0;
    const { claimed, scannedTo } = await claim(this.dataSource, {
      limit,
      slotsPerEndpoint: this.options.endpointConcurrency,
      freeSlots: this.endpoints.freeSlots(Date.now()),
      claimId: randomUUID(),
      leaseMs: this.options.leaseMs,
      after: this.after,
    });
    this.after = scannedTo;
    for (const each of claimed) void this.deliver(each);
    return claimed.length;
  }

  private async deliver(claimed: Claimed): Promise<void> {
    const leave = this.underWay.enter(Date.now());
    const slot = this.endpoints.take(claimed.endpoint, Date.now());
    const at = new Date();
    try {
      const { outcome, decision } = await this.delivery.attempt(claimed, at);
      slot.release(outcome, Date.now());
      const leaseEnds = at.getTime() + this.options.leaseMs;
      await this.outcomes.write({ claimed, at, outcome, decision }, leaseEnds);
    } catch (error) {
      slot.free();
      // Its lease runs out, and then it is delivered again: at least once.
      this.logger.error({ notification: claimed.id, err: error }, 'a delivery came to no outcome');
    } finally {
      leave();
    }
  }
}

async function gathered(change: Promise<void>): Promise<void> {
  await change;
  await sleep(GATHER_MS);
}
