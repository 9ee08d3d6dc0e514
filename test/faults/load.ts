import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIFE_OF_A_WORK_ORDER } from '../../src/spg/dto/examples';
import type { NotificationType } from '../../src/spg/notification-types';
import { type Answer, SpgClient } from '../support/spg-client';
import { type Notification, SpgStream } from '../support/spg-stream';
import { Ledger } from './ledger';
import { type Failure, failureOf } from './trouble';

interface LoadOptions {
  /** Of the gateway. */
  readonly url: string;
  readonly apiKey: string;
  /** Notifications on their way at the same time, not counting duplicates. */
  readonly connections: number;
  readonly perSecond: number;
  /** Told of each request that did not get its 200. */
  readonly onFailure?: (failure: Failure) => void;
}

/** Work orders that go through their lives at the same time, so that neighbours of one overtake each other. */
const AT_ONCE = 8;

/** Of a hundred notifications: sent over two connections at the same instant; sent again later. */
const TWICE_AT_ONCE = 5;
const AGAIN_LATER = 5;

/** … that are new at least, when there is hardly any new work left. */
const NEW_AT_LEAST = 5;

/** How many notifications are remembered to be sent again. */
const REMEMBERED = 200;

/** Longer than any outage here: what is begun is brought to its end. */
const GIVE_UP_AFTER_MS = 180_000;

/** A partner who never gives up: many notifications at once, each sent until it got its 200, some more often. */
export class Load {
  readonly ledger = new Ledger();
  /** Requests that did not get their 200, in the order of time. */
  readonly failures: Failure[] = [];
  private readonly client: SpgClient;
  private readonly notifications = lives();
  private readonly delivered: Notification[] = [];
  private readonly waiting = new Set<(startedAt: number) => void>();
  private workers: Promise<unknown> | undefined;
  private stopping = false;
  private abandoned = false;
  private nextSlot = 0;
  /** New notifications that there may be so far, and how many of them were granted last. */
  private granted = 0;
  private share = 1;

  constructor(private readonly options: LoadOptions) {
    const { url, apiKey, connections } = options;
    this.client = new SpgClient({
      url: `${url}/spg`,
      apiKey,
      connections: 2 * connections,
      giveUpAfterMs: GIVE_UP_AFTER_MS,
      onAnswer: (notification, answer) => this.take(notification, answer),
    });
  }

  /** The first one goes alone, for it sets the baseline from which gaps are counted. */
  async start(): Promise<void> {
    await this.deliverNext();
    this.workers = Promise.all(Array.from({ length: this.options.connections }, () => this.work()));
  }

  /** Begins nothing new, and waits until all that was begun has its 200. */
  async finish(): Promise<void> {
    this.stopping = true;
    await this.workers;
  }

  /** Whatever is on its way is given up. */
  async abandon(): Promise<void> {
    this.stopping = true;
    this.abandoned = true;
    await this.client.close();
  }

  /** Resolves at the first 200 of a request that began after this moment (`performance.now()`). */
  answeredAfter(moment: number): Promise<void> {
    return new Promise((resolve) => {
      const onAnswered = (startedAt: number): void => {
        if (startedAt <= moment) return;
        this.waiting.delete(onAnswered);
        resolve();
      };
      this.waiting.add(onAnswered);
    });
  }

  /** There is new work for so many more notifications. The less of it is left, the more known ones come among it. */
  grant(notifications: number): void {
    this.share = notifications;
    this.granted += notifications;
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      await this.pace();
      const left = (this.granted - this.ledger.entries.size) / this.share;
      if (chance(Math.max(NEW_AT_LEAST, 100 * left))) await this.deliverNext();
      else await this.deliverAgain();
    }
  }

  private async deliverNext(): Promise<void> {
    const { value: notification } = this.notifications.next();
    this.ledger.open(notification);
    await Promise.all([
      this.deliver(notification),
      ...(chance(TWICE_AT_ONCE) ? [this.deliver(notification)] : []),
      ...(chance(AGAIN_LATER) ? [this.deliverAgain()] : []),
    ]);
    this.delivered.push(notification);
    if (this.delivered.length > REMEMBERED) this.delivered.shift();
  }

  private async deliverAgain(): Promise<void> {
    const known = this.delivered[Math.floor(Math.random() * this.delivered.length)];
    if (known) await this.deliver(known);
  }

  private async deliver(notification: Notification): Promise<void> {
    try {
      await this.client.deliver(notification);
    } catch {
      if (!this.abandoned) this.ledger.surprise('never accepted', notification.eventId);
    }
  }

  private async pace(): Promise<void> {
    const now = performance.now();
    this.nextSlot = Math.max(now, this.nextSlot) + 1000 / this.options.perSecond;
    if (this.nextSlot - now >= 1) await sleep(this.nextSlot - now);
  }

  private take(notification: Notification, answer: Answer): void {
    this.ledger.record(notification, answer);
    if (answer.status === 200) {
      for (const onAnswered of this.waiting) onAnswered(answer.startedAt);
    } else if (!this.abandoned) {
      const failure = failureOf(answer);
      this.failures.push(failure);
      this.options.onFailure?.(failure);
    }
  }
}

/** Work orders without end, each with one of the two ends that a life can have. */
function* lives(): Generator<Notification, never, undefined> {
  const stream = new SpgStream({ firstEventId: 1n });
  for (let first = 1; ; first += AT_ONCE) {
    const without: NotificationType = Math.random() < 0.5 ? 'CloseWorkOrderNotify' : 'CancelWorkOrderNotify';
    for (const type of LIFE_OF_A_WORK_ORDER) {
      if (type === without) continue;
      for (let order = first; order < first + AT_ONCE; order += 1) yield stream.next(type, `WO-${order}`);
    }
  }
}

function chance(percent: number): boolean {
  return Math.random() * 100 < percent;
}
