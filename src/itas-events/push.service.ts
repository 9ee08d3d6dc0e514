import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { DeadLetterStore } from './dead-letter-store';
import type { Receipt } from './dto/receipt.answer';
import { UnknownTemplate } from './invalid-message';
import { messageIdTaken } from './itas.problems';
import { ItasMetrics } from './itas.metrics';
import { type Arrival, MessageStore } from './message-store';
import { receiveMessage, type ReceivedMessage } from './receive-message';
import { idTaken, refusalOf } from './refusal';

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
    if (outcome === 'conflict') throw messageIdTaken(idTaken(messageId));
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
