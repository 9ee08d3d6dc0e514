import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { EntityManager } from 'typeorm';
import { LOGGER } from '../../config.module';
import { EventLog } from '../event-log';
import { JetStreamState } from './jetstream-state';
import type { NatsSession } from './nats-link';
import { PublishedStream } from './published-stream';
import { NOTHING_BEHIND, readTail, type Recognise, type StreamTail } from './stream-tail';

/** The end of the stream, compared with our log: what of it is there already. */
@Injectable()
export class StreamEnd {
  /** As we have left it ourselves. */
  private known: { readonly session: NatsSession; readonly tail: StreamTail } | undefined;

  constructor(
    private readonly stream: PublishedStream,
    private readonly log: EventLog,
    private readonly state: JetStreamState,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * For who is about to publish, from a position on.
   * @throws CounterpartAway
   */
  async before(first: number, session: NatsSession, tx: EntityManager): Promise<StreamTail> {
    const { known } = this;
    // Only when it goes on exactly there: the cursor may have been set back, and the stream be another.
    if (known?.session === session && known.tail.position === first - 1) return known.tail;
    const tail = await this.read(first, session, tx);
    this.report(tail, first);
    const { sequence, position } = tail;
    if (position !== undefined) this.movedTo(session, { sequence, position });
    return tail;
  }

  /** Reads it anew, whatever we know. */
  read(first: number, session: NatsSession, tx: EntityManager): Promise<StreamTail> {
    const recognise: Recognise = async (position, id) => {
      const event = await this.log.at(tx, position);
      if (event) return event.id === id ? 'ours' : 'not-ours';
      return position < first ? 'too-old' : 'not-ours';
    };
    return readTail(session, this.stream.name, recognise);
  }

  movedTo(session: NatsSession, to: { readonly sequence: number; readonly position: number }): void {
    this.known = { session, tail: { ...NOTHING_BEHIND, ...to } };
    this.state.last = to;
    this.state.lastFailure = undefined;
  }

  /** Something went wrong, or somebody else is at it. */
  forget(): void {
    this.known = undefined;
  }

  private report({ position, sequence, strangers, isOld }: StreamTail, first: number): void {
    const where = { stream: this.stream.name, sequence };
    if (strangers > 0) {
      this.logger.warn({ ...where, strangers }, 'messages in the stream are not of this event log');
    }
    if (position === undefined && !isOld && first > 1) {
      this.logger.warn({ ...where, position: first }, 'the stream holds none of the events before this one');
    }
  }
}
