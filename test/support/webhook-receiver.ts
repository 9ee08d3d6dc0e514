import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { serve } from './small-server';

/** What came to a webhook. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Tells connections apart. */
  readonly port: number;
  /** Exactly as it came: what is signed. */
  readonly text: string;
  readonly body: Delivered;
}

/** The body that the Notifications Management API prescribes. */
interface Delivered {
  readonly eventId: string;
  readonly eventTimestamp: string;
  readonly eventType: string;
  readonly message: Readonly<Record<string, unknown>>;
  readonly payload: unknown;
}

type Reply = (request: Received, response: ServerResponse) => void;

const OK: Reply = (_request, response) => {
  response.end('ok');
};

/** A subscriber's server on loopback: keeps what comes, and answers as it is told. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** How it answers; 200 unless a test says otherwise. */
  reply = OK;

  private constructor(private server: Awaited<ReturnType<typeof serve>> | undefined) {}

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(undefined);
    receiver.server = await serve((request, response) => void receiver.receive(request, response));
    return receiver;
  }

  get url(): string {
    if (!this.server) throw new Error('the receiver does not listen yet');
    return this.server.url;
  }

  /** Answers with this status from now on. */
  answer(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.reply = (_request, response) => {
      response.writeHead(status, headers).end();
    };
  }

  /** Forgets what came, and answers 200 again. */
  reset(): void {
    this.received.length = 0;
    this.reply = OK;
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const received = {
      path: request.url ?? '',
      headers: request.headers,
      port: request.socket.remotePort ?? 0,
      text: body,
      body: JSON.parse(body) as Delivered,
    };
    this.received.push(received);
    this.reply(received, response);
  }
}

/** As a subscriber checks it, by the reference library. @throws when the signature is not by that secret */
export function verifySignature({ text: body, headers }: Received, secret: string): void {
  new Webhook(secret).verify(body, headers as Record<string, string>);
}
