import type { NotificationType } from '../../src/spg/notification-types';
import { type Answer, SpgClient } from './spg-client';
import { type Notification, SpgStream } from './spg-stream';

/** What may go wrong with a notification on its way. */
type Fault =
  /** Never sent, and SPG knows: it is held as failed. */
  | 'lost'
  /** Never arrived, but SPG believes that it did: it is held as sent. */
  | 'lost-unnoticed'
  /** Sent, and once more after it was accepted. */
  | 'twice'
  /** Sent over two connections at the same instant. */
  | 'twice-at-once'
  /** Sent after the one that follows it. */
  | 'late'
  /** Sent with a key that nobody knows, and then with the right one. */
  | 'wrong-key-first';

type Faults = { readonly [T in NotificationType]?: Fault };

/** A notification and what has become of it so far. */
export interface Sending {
  readonly notification: Notification;
  /** What SPG holds it for. */
  status: 'sent' | 'fail';
  /** In the order in which they came. Empty: it was lost. */
  readonly answers: Answer[];
}

interface SpgSimulatorOptions {
  /** What `/notification` is appended to: `http://127.0.0.1:3000/spg`. */
  readonly url: string;
  readonly apiKey: string;
  /** Where the notifications come from. Default: a stream of its own. */
  readonly stream?: SpgStream;
}

/** A range of creation times, as a replay names it. */
export interface SendingsQuery {
  readonly status: 'sent' | 'fail';
  /** Inclusive. */
  readonly createdFrom?: Date;
  /** Exclusive. */
  readonly createdTo?: Date;
  readonly limit: number;
}

/**
 * TFF's Service Partner Gateway, as far as the public documents show it: sends each notification until 200,
 * unless told what should go wrong, and remembers all that it has sent, lost and been answered.
 */
export class SpgSimulator {
  readonly stream: SpgStream;
  private readonly client: SpgClient;
  private readonly remembered = new Map<string, Sending>();

  constructor({ url, apiKey, stream = new SpgStream() }: SpgSimulatorOptions) {
    this.stream = stream;
    this.client = new SpgClient({
      url,
      apiKey,
      onAnswer: ({ eventId }, answer) => this.remembered.get(eventId)?.answers.push(answer),
    });
  }

  /** Everything so far, ascending by eventId. */
  get sendings(): readonly Sending[] {
    return [...this.remembered.values()].toSorted((a, b) => Number(BigInt(idOf(a)) - BigInt(idOf(b))));
  }

  /** What nobody has given a 200 for. */
  get lost(): readonly Sending[] {
    return this.sendings.filter(({ answers }) => answers.every(({ status }) => status !== 200));
  }

  /**
   * Sends the next notification of the stream, or whatever the fault makes of that.
   * @throws NotAccepted
   */
  send(type: NotificationType, wonum: string, fault?: Exclude<Fault, 'late'>): Promise<Sending> {
    return this.sendOut(this.stream.next(type, wonum), fault);
  }

  /**
   * Plays a work order's life, all twelve types of it, one notification after the other, and yields each when
   * it was sent or lost.
   * @throws NotAccepted
   */
  async *steps(
    wonum: string,
    faults: Faults = {},
    types?: readonly NotificationType[],
  ): AsyncGenerator<Sending, void, undefined> {
    const heldBack: Notification[] = [];
    for (const notification of this.stream.life(wonum, types)) {
      const fault = faults[notification.type];
      if (fault === 'late') {
        heldBack.push(notification);
        continue;
      }
      yield await this.sendOut(notification, fault);
      for (const late of heldBack.splice(0)) yield await this.sendOut(late);
    }
    for (const late of heldBack) yield await this.sendOut(late);
  }

  /**
   * The same without a pause.
   * @returns what was sent, in the order of sending
   * @throws NotAccepted
   */
  async play(wonum: string, faults?: Faults, types?: readonly NotificationType[]): Promise<Sending[]> {
    const sendings: Sending[] = [];
    for await (const sending of this.steps(wonum, faults, types)) sendings.push(sending);
    return sendings;
  }

  /**
   * Sends something once more until 200: the same bytes.
   * @throws NotAccepted
   */
  async sendAgain(sending: Sending): Promise<Answer> {
    const answer = await this.client.deliver(sending.notification);
    sending.status = 'sent';
    return answer;
  }

  /** What it holds, the oldest first. */
  find({ status, createdFrom, createdTo, limit }: SendingsQuery): Sending[] {
    return this.sendings
      .filter((sending) => {
        const { createdAt } = sending.notification;
        return (
          sending.status === status &&
          (!createdFrom || createdAt >= createdFrom) &&
          (!createdTo || createdAt < createdTo)
        );
      })
      .slice(0, limit);
  }

  /** Closes its connections. */
  close(): Promise<void> {
    return this.client.close();
  }

  private async sendOut(notification: Notification, fault?: Fault): Promise<Sending> {
    const sending: Sending = { notification, status: 'fail', answers: [] };
    this.remembered.set(notification.eventId, sending);
    if (fault === 'lost') return sending;
    if (fault === 'lost-unnoticed') {
      sending.status = 'sent';
      return sending;
    }
    if (fault === 'wrong-key-first') await this.client.attempt(notification, 'a-key-that-nobody-knows');
    await Promise.all([
      this.client.deliver(notification),
      ...(fault === 'twice-at-once' ? [this.client.deliver(notification)] : []),
    ]);
    sending.status = 'sent';
    if (fault === 'twice') await this.client.deliver(notification);
    return sending;
  }
}

function idOf({ notification }: Sending): string {
  return notification.eventId;
}
