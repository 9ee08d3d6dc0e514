import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { BatchWriter, QueueFull } from '../database/batch-writer';
import { inTime } from '../database/in-time';
import { unavailable } from '../problems/problems';
import { InvalidContent, InvalidEnvelope } from './invalid-notification';
import { receiveNotification, type ReceivedNotification } from './received-notification';
import { SpgMetrics } from './spg.metrics';
import { badContent, badEnvelope, eventIdTaken } from './spg.problems';
import { NotificationStore, type StoreOutcome } from './store-notifications';

/** For a batch: on a connection that was lost without a word nothing would ever be stored, and nobody answered. */
const DATABASE_MS = 10_000;

export interface Receipt {
  readonly eventId: string;
  readonly status: 'accepted' | 'duplicate';
}

/** Takes in notifications of the Service Partner Gateway: check, store with what comes at the same time, answer. */
@Injectable()
export class SpgService implements OnModuleDestroy {
  private readonly writer: BatchWriter<ReceivedNotification, StoreOutcome>;

  constructor(
    @Inject(CONFIG) config: Config,
    store: NotificationStore,
    private readonly metrics: SpgMetrics,
  ) {
    this.writer = new BatchWriter({
      write: (batch) => inTime(store.store(batch, config.ownerPartyId), DATABASE_MS),
      sizeOf: ({ original }) => original.length,
      onWritten: (rows) => metrics.batchWritten(rows),
    });
    metrics.watchQueue(() => this.writer.queuedRows);
  }

  /**
   * Resolves after the commit.
   * @throws badEnvelope, badContent, eventIdTaken, unavailable
   */
  async receive(body: unknown, original: Buffer, transactionId: string): Promise<Receipt> {
    const notification = this.check(body, original, transactionId);
    const { eventId } = notification.data;
    const outcome = await this.writer.submit(notification).catch((error: unknown) => {
      if (!(error instanceof QueueFull)) throw error;
      throw unavailable('More notifications are waiting to be stored than can be held. Send it again.', {
        retryAfterSeconds: 1,
      });
    });
    this.metrics.received(notification.data.notificationType, outcome);
    if (outcome === 'conflict') {
      throw eventIdTaken(
        `eventId ${eventId} was received before with a different body. The first one stands; both are kept.`,
      );
    }
    return { eventId, status: outcome };
  }

  async onModuleDestroy(): Promise<void> {
    await this.writer.drained();
  }

  private check(body: unknown, original: Buffer, transactionId: string): ReceivedNotification {
    try {
      return receiveNotification(body, original, transactionId);
    } catch (error) {
      if (error instanceof InvalidEnvelope) throw badEnvelope(SEE_ERRORS, { errors: error.invalid });
      if (error instanceof InvalidContent) throw badContent(SEE_ERRORS, { errors: error.invalid });
      throw error;
    }
  }
}

const SEE_ERRORS = 'Nothing was stored. The members to mend are in errors.';
