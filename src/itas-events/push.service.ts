import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { NotJson } from '../http/parse-json';
import { invalidInput, malformedBody } from '../problems/problems';
import { DeadLetterStore } from './dead-letter-store';
import type { Receipt } from './dto/receipt.answer';
import { InvalidMessage, UnknownTemplate } from './invalid-message';
import { messageIdTaken } from './itas.problems';
import { ItasMetrics } from './itas.metrics';
import { type Arrival, MessageStore } from './message-store';
import { receiveMessage, type ReceivedMessage } from './receive-message';

/** Takes in messages that others hand on to us. */
@Injectable()
export class Push {
  constructor(
    private readonly store: MessageStore,
    private readonly deadLetters: DeadLetterStore,
    private readonly metrics: ItasMetrics,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws malformedBody, invalidInput, messageIdTaken */
  async receive(original: Buffer, transactionId: string): Promise<Receipt> {
    const arrival: Arrival = { source: 'push', transactionId };
    let message: ReceivedMessage;
    try {
      message = receiveMessage(original, this.config.itas.timezone);
    } catch (error) {
      if (error instanceof UnknownTemplate) return this.keep(original, error, arrival);
      throw refusalOf(error);
    }
    const { messageId } = message.data;
    const outcome = await this.store.store(message, arrival);
    if (outcome === 'conflict') {
      throw messageIdTaken(`Another message has come with the MessageId ${messageId}. That one stands.`);
    }
    this.metrics.taken('push', outcome);
    return { messageId, status: outcome };
  }

  /** Nothing is wrong with it that its sender could mend. */
  private async keep(
    original: Buffer,
    { messageId, message }: UnknownTemplate,
    arrival: Arrival,
  ): Promise<Receipt> {
    const kept = await this.deadLetters.keep({
      ...arrival,
      messageId,
      original,
      error: message,
      attempts: 1,
    });
    this.metrics.taken('push', 'dead-lettered');
    return { messageId, status: 'dead-lettered', deadLetterId: kept };
  }
}

/** What is told of a message that can't be read. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof NotJson) return malformedBody(error.message);
  if (error instanceof InvalidMessage) {
    return invalidInput('The members to mend are in errors.', { errors: error.invalid });
  }
  return error;
}
