import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../config.module';
import { ConsumerLoop } from './consumer-loop';
import { ConsumerStep } from './consumer-step';
import { DurableConsumer } from './durable-consumer';
import { EventLog } from './event-log';
import { EventLogSignal } from './event-log-signal';

/** All durable consumers of the application: every provider that extends `DurableConsumer`. */
@Injectable()
export class Consumers {
  private loops: ConsumerLoop[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly signal: EventLogSignal,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

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
    const step = new ConsumerStep(this.dataSource, this.log, consumer);
    return new ConsumerLoop(consumer, step, this.signal, this.logger);
  }

  /** Runs them all. Called when the application is up: listeners of the bus register only then. */
  async start(): Promise<void> {
    await this.signal.start();
    this.loops = this.all().map((consumer) => this.loopOf(consumer));
    for (const loop of this.loops) loop.start();
  }

  /** Lets each finish its batch. */
  async stop(): Promise<void> {
    const stopped = Promise.all(this.loops.map((loop) => loop.stop()));
    await this.signal.stop();
    await stopped;
    this.loops = [];
  }
}
