import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { NotJson } from '../http/parse-json';
import { DeadLetterStore } from './dead-letter-store';
import { InvalidMessage } from './invalid-message';
import { type Arrival, MessageStore } from './message-store';
import { idTaken } from './refusal';
import { receiveMessageOf } from './receive-message';

/** What became of a message of the mailbox. Whichever it is, it is stored, and can be confirmed. */
type TakenAs = 'accepted' | 'duplicate' | 'dead-lettered';

export interface Taken {
  readonly as: TakenAs;
  /** When ITAS put it into the mailbox, if that could be read. */
  readonly enqueuedAt?: Date;
}

/** Takes in messages of the mailbox. None is refused: what can't be understood is kept as a dead letter. */
@Injectable()
export class MailboxIntake {
  constructor(
    private readonly store: MessageStore,
    private readonly deadLetters: DeadLetterStore,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * @param messageId by which ITAS has named it
   * @throws when it could not be stored; nothing is, then
   */
  async take(messageId: string, original: Buffer): Promise<Taken> {
    const arrival: Arrival = { source: 'mailbox', transactionId: randomUUID() };
    try {
      const message = receiveMessageOf(messageId, original, this.config.itas.timezone);
      const outcome = await this.store.store(message, arrival);
      if (outcome === 'conflict') return await this.keep(messageId, original, arrival, idTaken(messageId));
      const { tid, topic, enqueuedAt } = message.data;
      const { transactionId } = arrival;
      this.logger.info({ transactionId, messageId, tid, topic, outcome }, 'message of ITAS taken in');
      return { as: outcome, enqueuedAt: new Date(enqueuedAt) };
    } catch (error) {
      if (!(error instanceof NotJson || error instanceof InvalidMessage)) throw error;
      return this.keep(messageId, original, arrival, error.message);
    }
  }

  /** Keeps a message that could not be stored, after so many attempts. */
  async giveUp(messageId: string, original: Buffer, error: string, attempts: number): Promise<Taken> {
    const arrival: Arrival = { source: 'mailbox', transactionId: randomUUID() };
    return this.keep(messageId, original, arrival, error, attempts);
  }

  private async keep(
    messageId: string,
    original: Buffer,
    arrival: Arrival,
    error: string,
    attempts = 1,
  ): Promise<Taken> {
    const deadLetterId = await this.deadLetters.keep({ ...arrival, messageId, original, error, attempts });
    const { transactionId } = arrival;
    this.logger.error(
      { transactionId, messageId, deadLetterId, error },
      'message of ITAS could not be taken in; see GET /itas-events/dead-letters',
    );
    return { as: 'dead-lettered' };
  }
}
