import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Tracing } from '../tracing/tracing';
import { ConsumerStep } from './consumer-step';
import type { DurableConsumer } from './durable-consumer';
import { EventLog } from './event-log';

/** Makes the steps in which durable consumers go through the log. */
@Injectable()
export class ConsumerSteps {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
    private readonly tracing: Tracing,
  ) {}

  of(consumer: DurableConsumer): ConsumerStep {
    return new ConsumerStep(this.dataSource, this.log, consumer, this.tracing);
  }
}
