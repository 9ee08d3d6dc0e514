import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Signal } from '../database/signal';
import { Signals } from '../database/signals';
import { LOGGER } from '../config.module';
import { Tracing } from '../tracing/tracing';
import { EVENT_LOG_CHANNEL } from './append.sql';
import { ConsumerLoop } from './consumer-loop';
import { ConsumerStep } from './consumer-step';
import { DurableConsumer } from './durable-consumer';
import { EventLog } from './event-log';

/** All durable consumers of the application: every provider that extends `DurableConsumer`. */
@Injectable()
export class Consumers {
  private loops: ConsumerLoop[] = [];
  private readonly grown: Signal;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly signals: Signals,
    private readonly tracing: Tracing,
  ) {
    this.grown = signals.on(EVENT_LOG_CHANNEL);
  }

  all(): DurableConsumer[] {
    return this.discovery
      .getProviders()
      .map(({ instance }): unknown => instance)
      .filter((instance) => instance instanceof DurableConsumer);
  }

  named(name: string): DurableConsumer | undefined {
    return this.all().find((consumer) => consumer.name === name);
  }

  loopOf(consumer: DurableConsumer): ConsumerLoop {
    const step = new ConsumerStep(this.dataSource, this.log, consumer, this.tracing);
    return new ConsumerLoop(consumer, step, this.grown, this.logger);
  }

  /** Runs them all. Called when the application is up: listeners of the bus register only then. */
  async start(): Promise<void> {
    await this.signals.start();
    this.loops = this.all().map((consumer) => this.loopOf(consumer));
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
