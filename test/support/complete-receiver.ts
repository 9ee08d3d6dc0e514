import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { serve } from './small-server';
import { onlyWebhook, type Subscriber, type Subscription } from './subscriber';

interface Body {
  readonly eventId: string;
  readonly eventType: string;
  readonly payload: unknown;
}

interface Logged {
  readonly id: string;
  readonly eventId: string;
  readonly status: string;
}

/**
 * A subscriber that ends with all that was meant for it, and nothing else. It goes by what is public alone: the
 * signature, the `webhook-id`, numbers without gaps, checkpoints, the delivery log, and replays.
 */
export class CompleteReceiver {
  /** What it has, by number. */
  readonly kept = new Map<number, unknown>();
  /** That came once more, and that was not signed by whom it should be. */
  duplicates = 0;
  refused = 0;
  /** The highest number that it knows to have been given. */
  private head = 0;
  private readonly seen = new Set<string>();
  private subscription: Subscription | undefined;

  private constructor(private server: Awaited<ReturnType<typeof serve>> | undefined) {}

  static async start(): Promise<CompleteReceiver> {
    const receiver = new CompleteReceiver(undefined);
    receiver.server = await serve((request, response) => void receiver.receive(request, response));
    return receiver;
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  /** What comes from now on is of this subscription. */
  listenTo(subscription: Subscription): void {
    this.subscription = subscription;
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  /** The numbers that it knows to lack. */
  get gaps(): number[] {
    return Array.from({ length: this.head }, (_, index) => index + 1).filter(
      (number) => !this.kept.has(number),
    );
  }

  /** Loses what it had, such as by a crash of its own. */
  lose(...numbers: readonly number[]): void {
    for (const number of numbers) this.kept.delete(number);
    // What was lost has to be taken again.
    this.seen.clear();
  }

  /** Asks for what it lacks and what is not on its way to it. */
  async askForWhatItLacks(subscriber: Subscriber): Promise<void> {
    const lacking = new Set(this.gaps.map(String));
    if (lacking.size === 0) return;
    for (const { id, eventId, status } of await this.log(subscriber)) {
      if (lacking.has(eventId) && status !== 'pending') {
        await subscriber.ask('POST', `/notifications/${id}/replay`);
      }
    }
  }

  /** Whether it has all numbers that were ever given, by the gateway's own word. */
  async isComplete(subscriber: Subscriber): Promise<boolean> {
    const { body } = await subscriber.ask('GET', `/subscriptions/${this.subscription?.id}/sequence`);
    this.head = Math.max(this.head, Number(body['head']));
    return this.gaps.length === 0;
  }

  private async log(subscriber: Subscriber): Promise<Logged[]> {
    const all: Logged[] = [];
    let cursor = '';
    do {
      const { body } = await subscriber.ask(
        'GET',
        `/notifications?subscriptionId=${this.subscription?.id}&limit=100${cursor && `&cursor=${cursor}`}`,
      );
      all.push(...(body['items'] as Logged[]));
      cursor = (body['nextCursor'] as string | undefined) ?? '';
    } while (cursor !== '');
    return all;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => '');
    try {
      const secret = this.subscription ? (onlyWebhook(this.subscription).secret ?? '') : '';
      new Webhook(secret).verify(body, request.headers as Record<string, string>);
    } catch {
      this.refused += 1;
      response.writeHead(401).end();
      return;
    }
    this.take(String(request.headers['webhook-id']), JSON.parse(body) as Body);
    response.end('ok');
  }

  private take(webhookId: string, { eventId, eventType, payload }: Body): void {
    this.head = Math.max(this.head, Number(eventId));
    if (eventType === 'karere.checkpoint') return;
    if (this.seen.has(webhookId)) this.duplicates += 1;
    else this.kept.set(Number(eventId), payload);
    this.seen.add(webhookId);
  }
}
