import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isDatabaseAway } from '../database/is-database-away';
import type { Signal } from '../database/signal';
import { type ConsumerStep, type StepOutcome } from './consumer-step';
import type { DurableConsumer } from './durable-consumer';

/** How long the loop sleeps at most without a signal. */
const POLL_MS = 1000;

/** Between looks at a cursor that another replica holds or whose next attempt is not due. */
const STANDBY_MS = 250;

/** Between attempts at ever smaller parts of a failing batch. */
const NARROWING_MS = 20;

/** Runs one consumer until it is stopped. */
export class ConsumerLoop {
  private running: Promise<void> | undefined;
  private stopping = false;
  private limit: number;
  /** Why it waits for what it needs elsewhere. */
  private away: string | undefined;

  constructor(
    private readonly consumer: DurableConsumer,
    private readonly step: ConsumerStep,
    private readonly signal: Signal,
    private readonly logger: Logger,
  ) {
    this.limit = consumer.batchSize;
  }

  start(): void {
    this.stopping = false;
    this.consumer.start?.();
    this.running ??= this.loop();
  }

  /** Lets the current batch finish. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.running;
    this.running = undefined;
  }

  createCursor(): Promise<void> {
    return this.step.createCursor();
  }

  /** One batch; narrows the next one down when it failed, so that a bad event ends up alone. */
  async runOnce(): Promise<StepOutcome> {
    const outcome = await this.step.run(this.limit);
    if (outcome.kind === 'failed') this.limit = outcome.nextLimit;
    else if (outcome.kind === 'handled') this.limit = Math.min(this.consumer.batchSize, this.limit * 2);
    this.report(outcome);
    return outcome;
  }

  private async loop(): Promise<void> {
    let created = false;
    while (!this.stopping) {
      const { mark } = this.signal;
      try {
        if (!created) await this.step.createCursor();
        created = true;
        await this.pause(await this.runOnce(), mark);
      } catch (error) {
        this.logger.warn({ consumer: this.consumer.name, err: error }, 'consumer can not run; trying again');
        await sleep(POLL_MS);
      }
    }
  }

  private async pause(outcome: StepOutcome, mark: number): Promise<void> {
    if (outcome.kind === 'failed') {
      await sleep(isDatabaseAway(outcome.error) ? POLL_MS : NARROWING_MS);
    } else if (outcome.kind === 'away') {
      await sleep(POLL_MS);
    } else if (outcome.kind === 'waiting') {
      // Not by signal: every commit would wake all the replicas that stand by.
      await sleep(STANDBY_MS);
    } else if (outcome.kind === 'handled' && !outcome.more) {
      await this.signal.next(mark, POLL_MS);
      if (this.consumer.gatherMs > 0 && !this.stopping) await sleep(this.consumer.gatherMs);
    }
  }

  private report(outcome: StepOutcome): void {
    const consumer = this.consumer.name;
    if (outcome.kind === 'failed') {
      this.logger.warn({ consumer, err: outcome.error }, 'events could not be handled; trying again');
    } else if (outcome.kind === 'parked') {
      const { position, type, correlationId } = outcome.event;
      this.logger.error(
        { consumer, position, type, transactionId: correlationId, err: outcome.error },
        'event parked; see GET /domain-events/parked',
      );
    }
    this.reportAway(outcome);
  }

  /** Once for each reason: it may go on for hours. */
  private reportAway(outcome: StepOutcome): void {
    const consumer = this.consumer.name;
    if (outcome.kind === 'away') {
      const { message } = outcome.error;
      if (message !== this.away) {
        this.logger.warn({ consumer, err: outcome.error }, 'events wait for what is away; trying again');
      }
      this.away = message;
    } else if (outcome.kind === 'handled' && this.away !== undefined) {
      this.logger.info({ consumer }, 'what was away is back; events go on');
      this.away = undefined;
    }
  }
}
