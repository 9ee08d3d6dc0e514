import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Signal } from '../../src/database/signal';
import { serve } from '../support/small-server';
import { WANTED } from './subscriptions';

/** What came under one number, over and over if need be. */
interface Delivered {
  readonly webhookIds: Set<string>;
  /** SHA-256 of the bodies. */
  readonly bodies: Set<string>;
  /** Which event it is: its sender's number, or its time, which no two have in common. */
  readonly event: string;
  /** How often it was taken. */
  times: number;
}

interface Body {
  readonly eventId: string;
  readonly eventTimestamp: string;
  /** Our own types of events show the sender's number in it. */
  readonly payload: { readonly eventId?: string };
}

/** Of a hundred deliveries: answered with 503; cut off after they were taken. */
const REFUSED = 2;
const CUT_OFF = 1;

/** Answers take up to so long, so that some are always on their way. */
const SLOWEST_MS = 20;

/** The subscribers' server, and their own books of what has come, whatever the gateway says. */
export class Inbox {
  /** By path, and number. Only what was taken: a subscriber who says 503 has not. */
  readonly taken = new Map<string, Map<number, Delivered>>(
    WANTED.flatMap(({ paths }) => paths).map((path) => [path, new Map()]),
  );
  /** While it is, everybody gets a 503. */
  down = false;
  /** Deliveries that were refused because it was down. */
  turnedAway = 0;
  private readonly begun = new Signal();
  private busy = 0;
  private server: Awaited<ReturnType<typeof serve>> | undefined;

  static async open(): Promise<Inbox> {
    const inbox = new Inbox();
    inbox.server = await serve((request, response) => void inbox.receive(request, response));
    return inbox;
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  /** Deliveries that have not got their answer yet. */
  get underWay(): number {
    return this.busy;
  }

  /** Numbers that were taken, and how often one of them was taken again. */
  get counts(): { readonly taken: number; readonly again: number } {
    const all = [...this.taken.values()].flatMap((numbers) => [...numbers.values()]);
    return { taken: all.length, again: all.reduce((sum, { times }) => sum + times - 1, 0) };
  }

  /** Waits until so many are under way, but not for long: there may be nothing to deliver. */
  async untilUnderWay(count: number): Promise<void> {
    const deadline = Date.now() + 5000;
    while (this.busy < count && Date.now() < deadline) await this.begun.next(this.begun.mark, 50);
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.busy += 1;
    this.begun.wake();
    response.once('close', () => {
      this.busy -= 1;
    });
    const chance = Math.random() * 100;
    // The gateway may be killed while it sends.
    const body = await text(request).catch(() => undefined);
    if (body === undefined) return;
    if (this.down) this.turnedAway += 1;
    if (this.down || chance < REFUSED) {
      response.writeHead(503).end();
      return;
    }
    this.take(request.url?.slice(1) ?? '', String(request.headers['webhook-id']), body);
    if (chance < REFUSED + CUT_OFF) response.destroy();
    else setTimeout(() => response.end(), Math.random() * SLOWEST_MS);
  }

  private take(path: string, webhookId: string, body: string): void {
    const { eventId, eventTimestamp, payload } = JSON.parse(body) as Body;
    const numbers = this.taken.get(path);
    const delivered = numbers?.get(Number(eventId)) ?? {
      webhookIds: new Set(),
      bodies: new Set(),
      event: payload.eventId ?? eventTimestamp,
      times: 0,
    };
    numbers?.set(Number(eventId), delivered);
    delivered.webhookIds.add(webhookId);
    delivered.bodies.add(createHash('sha256').update(body).digest('hex'));
    delivered.times += 1;
  }
}
