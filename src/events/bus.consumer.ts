import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { withTraceparent } from '../tracing/trace-context';
import type { DomainEvent } from './domain-event';
import { DurableConsumer, StoppedAt } from './durable-consumer';

/** Feeds the bus from the log, one event after the other, so that a listener never sees what has not committed. */
@Injectable()
export class BusConsumer extends DurableConsumer {
  readonly name = 'bus';

  constructor(private readonly emitter: EventEmitter2) {
    super();
  }

  async handle(events: readonly DomainEvent[]): Promise<void> {
    for (const [handled, event] of events.entries()) {
      try {
        const emit = (): Promise<unknown> => this.emitter.emitAsync(event.type, event);
        // What listeners state in turn belongs to the same trace.
        await (event.traceparent === undefined ? emit() : withTraceparent(event.traceparent, emit));
      } catch (error) {
        throw new StoppedAt(handled, error);
      }
    }
  }
}
