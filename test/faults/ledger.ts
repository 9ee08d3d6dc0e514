import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { NotificationType } from '../../src/spg/notification-types';
import type { Answer } from '../support/spg-client';
import type { Notification } from '../support/spg-stream';
import { summarise } from './summarise';

/** What the sender knows of one notification. */
export interface LedgerEntry {
  readonly type: NotificationType;
  readonly wonum: string;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly hash: string;
  /** When the first 200 came, as `performance.now()` tells it; the promise that must hold from then on. */
  promisedAt?: number;
  /** 200s that said `accepted`. */
  accepted: number;
}

/** The sender's own books: what it has sent and what it was told, whatever the gateway remembers of it. */
export class Ledger {
  readonly entries = new Map<string, LedgerEntry>();
  /** What no fault excuses, and the eventIds that it happened to. */
  private readonly surprises = new Map<string, string[]>();

  open({ eventId, type, wonum, body }: Notification): void {
    const hash = createHash('sha256').update(body).digest('hex');
    this.entries.set(eventId, { type, wonum, hash, accepted: 0 });
  }

  record({ eventId }: Notification, { status, receipt, startedAt }: Answer): void {
    const entry = this.entries.get(eventId);
    if (!entry || status === undefined || status === 503) return;
    if (status !== 200) {
      return this.surprise(`answered with ${status}`, eventId);
    }
    if (receipt === 'accepted') {
      entry.accepted += 1;
      if (entry.accepted > 1) this.surprise('said to be accepted twice', eventId);
      if (entry.promisedAt !== undefined && entry.promisedAt < startedAt) {
        this.surprise('not known any more after a 200', eventId);
      }
    }
    entry.promisedAt ??= performance.now();
  }

  surprise(what: string, eventId: string): void {
    const ids = this.surprises.get(what);
    if (ids) ids.push(eventId);
    else this.surprises.set(what, [eventId]);
  }

  get breaches(): string[] {
    return [...this.surprises].flatMap(([what, ids]) => summarise(what, ids));
  }

  /** eventIds that got a 200: the gateway answers for each of them. */
  get promised(): string[] {
    return [...this.entries].flatMap(([id, { promisedAt }]) => (promisedAt === undefined ? [] : [id]));
  }

  /** eventIds of which no 200 said `accepted`: stored, but the answer was cut off, and a resend told so. */
  get answersCutOff(): number {
    return [...this.entries.values()].filter(({ accepted }) => accepted === 0).length;
  }
}
