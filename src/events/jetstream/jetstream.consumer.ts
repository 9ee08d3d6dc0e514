import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { EntityManager } from 'typeorm';
import { LOGGER } from '../../config.module';
import type { DomainEvent } from '../domain-event';
import { DurableConsumer, StoppedAt } from '../durable-consumer';
import { toMessage } from './event-message';
import { JetStreamMetrics } from './jetstream.metrics';
import { findFirstLost } from './lost-events';
import type { NatsSession } from './nats-link';
import { publishInOrder } from './publish-in-order';
import { PublishedStream } from './published-stream';
import { StreamEnd } from './stream-end';

/**
 * Publishes every event to JetStream, once and in the order of the log. What is there already is seen from the end
 * of the stream itself, so nothing depends on how long its server remembers ids.
 */
@Injectable()
export class JetStreamConsumer extends DurableConsumer {
  readonly name = 'jetstream';

  constructor(
    private readonly stream: PublishedStream,
    private readonly end: StreamEnd,
    private readonly metrics: JetStreamMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  override start(): void {
    this.stream.open();
  }

  async handle(events: readonly DomainEvent[], tx: EntityManager): Promise<void> {
    try {
      await this.goOn(events, tx);
    } catch (error) {
      this.end.forget();
      this.stream.doubt(error);
      throw error;
    }
  }

  /** Behind newer ones, marked as late. */
  override async handleParked(event: DomainEvent, tx: EntityManager): Promise<void> {
    const session = await this.stream.ready();
    const { sequence, late } = await this.end.read(event.position, session, tx);
    if (late.has(event.position)) return;
    await publishInOrder(session, [toMessage(event, session.headers(), true)], sequence);
    this.metrics.published(1);
    this.end.forget();
  }

  private async goOn(events: readonly DomainEvent[], tx: EntityManager): Promise<void> {
    const [first] = events;
    if (!first) return;
    const session = await this.stream.ready();
    const end = await this.end.before(first.position, session, tx);
    const lost = await findFirstLost(tx, { consumer: this.name, before: first.position, end });
    if (lost !== undefined) await this.goBack(tx, lost);
    else await this.publish(session, events, end);
  }

  private async publish(
    session: NatsSession,
    events: readonly DomainEvent[],
    end: { readonly sequence: number; readonly position: number | undefined },
  ): Promise<void> {
    const missing = events.filter(({ position }) => position > (end.position ?? 0));
    const there = events.length - missing.length;
    this.metrics.found(there);
    try {
      const messages = missing.map((event) => toMessage(event, session.headers()));
      const acknowledged = await publishInOrder(session, messages, end.sequence);
      this.metrics.published(acknowledged.length);
      const [last, ack] = [missing.at(-1), acknowledged.at(-1)];
      if (last && ack) this.end.movedTo(session, { sequence: ack.seq, position: last.position });
    } catch (error) {
      if (!(error instanceof StoppedAt)) throw error;
      this.metrics.published(error.handled);
      throw new StoppedAt(there + error.handled, error.cause);
    }
  }

  /** A server that has lost the last moments before a power failure gets them again. */
  private async goBack(tx: EntityManager, lost: number): Promise<void> {
    this.logger.error(
      { stream: this.stream.name, position: lost },
      'the stream has lost events that it had acknowledged; publishing again from there',
    );
    await tx.query('UPDATE event_cursor SET position = $2 WHERE consumer = $1', [this.name, lost - 1]);
  }
}
