import { randomUUID } from 'node:crypto';
import { exampleOf, LIFE_OF_A_WORK_ORDER } from '../../src/spg/dto/examples';
import type { NotificationType } from '../../src/spg/notification-types';

/** An SPWorkOrderNotification ready for the wire. To send it again is to send the same bytes again. */
export interface Notification {
  readonly eventId: string;
  readonly type: NotificationType;
  readonly wonum: string;
  /** Its `eventTimestamp`. */
  readonly createdAt: Date;
  /** What its sender puts into `X-Transaction-Id`. */
  readonly transactionId: string;
  readonly body: Buffer;
}

interface SpgStreamOptions {
  /** Default 90210. */
  readonly firstEventId?: bigint;
  /** When the first one is created; each later one a minute after the one before. Default: a day in 2026. */
  readonly firstCreatedAt?: Date;
}

const MINUTE_MS = 60_000;

/** One stream of the gateway: eventIds ascend by 1, whatever becomes of the notifications afterwards. */
export class SpgStream {
  private nextEventId: bigint;
  private nextCreatedAt: number;

  constructor({
    firstEventId = 90_210n,
    firstCreatedAt = new Date('2026-08-03T21:15:00Z'),
  }: SpgStreamOptions = {}) {
    this.nextEventId = firstEventId;
    this.nextCreatedAt = firstCreatedAt.getTime();
  }

  next(type: NotificationType, wonum: string): Notification {
    const eventId = String(this.nextEventId++);
    const createdAt = new Date(this.nextCreatedAt);
    this.nextCreatedAt += MINUTE_MS;
    const body = Buffer.from(JSON.stringify(exampleOf(type, { eventId, wonum, at: createdAt })));
    return { eventId, type, wonum, createdAt, transactionId: randomUUID(), body };
  }

  /**
   * The notifications of a work order's life in their order.
   * @param types Default: all twelve, so it is cancelled after it was closed, which can not be and must not hurt
   */
  life(wonum: string, types: readonly NotificationType[] = LIFE_OF_A_WORK_ORDER): Notification[] {
    return types.map((type) => this.next(type, wonum));
  }
}
