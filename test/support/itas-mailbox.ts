import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';

/** A message in a mailbox. Its text may be anything, also what is no JSON. */
interface Queued {
  readonly messageId: string;
  readonly text: string;
  lock: { readonly id: string; readonly until: number } | undefined;
}

/** What became of a request for a message. */
export type Refusal = 'unknown' | 'locked' | 'not-first' | 'wrong-lock';

/** A mailbox of an ITAS server: messages in order, the first of which is handed out under a lock until confirmed. */
export class ItasMailbox {
  readonly subscriberId = randomUUID();
  /** Company and topic: `GF 3-10`. */
  readonly subscriptions = new Set<string>();
  /** The ids of what was confirmed, in order. */
  readonly confirmed: string[] = [];
  private readonly queue: Queued[] = [];
  private readonly arrivals = new EventEmitter();

  constructor(
    readonly name: string,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.queue.length;
  }

  /** The first message, locked or not. */
  get first(): { readonly messageId: string; readonly text: string } | undefined {
    return this.queue[0];
  }

  add(messageId: string, text: string): void {
    this.queue.push({ messageId, text, lock: undefined });
    this.arrivals.emit('message');
  }

  /** Waits for a message, but no longer than that. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (this.queue.length > 0 || milliseconds <= 0) return;
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
    await once(this.arrivals, 'message', { signal: timeout }).catch(() => undefined);
  }

  /** Locks the first message. */
  receive(
    messageId: string,
    lockMs: number,
  ): { readonly lockId: string; readonly text: string } | { readonly refusal: Refusal } {
    const message = this.find(messageId);
    if (!message) return { refusal: 'unknown' };
    if (message !== this.queue[0]) return { refusal: 'not-first' };
    if (message.lock && message.lock.until > this.now()) return { refusal: 'locked' };
    message.lock = { id: randomUUID(), until: this.now() + lockMs };
    return { lockId: message.lock.id, text: message.text };
  }

  /** @param lockId undefined where messages are handed out without a lock */
  confirm(messageId: string, lockId: string | undefined): Refusal | undefined {
    const message = this.find(messageId);
    if (!message) return 'unknown';
    const { lock } = message;
    const holds = lockId === undefined ? !lock : lock?.id === lockId && lock.until > this.now();
    if (!holds) return 'wrong-lock';
    this.queue.splice(this.queue.indexOf(message), 1);
    this.confirmed.push(message.messageId);
    return undefined;
  }

  private find(messageId: string): Queued | undefined {
    return this.queue.find((each) => each.messageId.toLowerCase() === messageId.toLowerCase());
  }
}
