import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Signal } from '../database/signal';
import { Signals } from '../database/signals';
import { LOGGER } from '../config.module';
import { EVENT_LOG_CHANNEL } from './append.sql';
import { ConsumerLoop } from './consumer-loop';
import { ConsumerRegistry } from './consumer-registry';
import { ConsumerSteps } from './consumer-steps';
import type { DurableConsumer } from './durable-consumer';

/** Runs the durable consumers of the application. */
@Injectable()
export class Consumers {
  private loops: ConsumerLoop[] = [];
  private readonly grown: Signal;

  constructor(
    private readonly registry: ConsumerRegistry,
    private readonly steps: ConsumerSteps,
    private readonly signals: Signals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.grown = signals.on(EVENT_LOG_CHANNEL);
  }

  loopOf(consumer: DurableConsumer): ConsumerLoop {
    return new ConsumerLoop(consumer, this.steps.of(consumer), this.grown, this.logger);
  }

  /** Runs them all. Called when the application is up: listeners of the bus register only then. */
  start(): void {
    void this.signals.start(); // nothing depends on it
    this.loops = this.registry.all().map((consumer) => this.loopOf(consumer));
    for (const loop of this.loops) loop.start();
  }

  /** Lets each finish its batch. */
  async stop(): Promise<void> {
    const stopped = Promise.all(this.loops.map((loop) => loop.stop()));
    this.grown.wake();
    await stopped;
    this.loops = [];
  }
}
