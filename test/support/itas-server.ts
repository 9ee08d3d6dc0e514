import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ItasFault, ItasFaults, playFault } from './itas-faults';
import { ItasMailbox, type Refusal } from './itas-mailbox';
import { serve } from './small-server';

export interface ItasServerOptions {
  /** Longest wait of a poll, in milliseconds, whatever it asks for. Default: what it asks for. */
  readonly maxWaitMs?: number;
  /** How a poll that finds nothing is answered. Default 200 with a count of 0 (v1), 204 (v2). */
  readonly nothing?: 200 | 204 | 404 | 408;
  /** Each answer is held back for so long, in milliseconds: a network. Default 0. */
  readonly delayMs?: number;
  /** Whether answers begin with one, as some servers write them. Default no. */
  readonly byteOrderMark?: boolean;
}

interface Asked {
  readonly method: string;
  /** The parts of the path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
}

/** A status, and what is answered with it: an object, text as it is, or nothing. */
type Answer = readonly [status: number, body?: object | string];

const REFUSED: Readonly<Record<Refusal, Answer>> = {
  unknown: [404, { Message: 'No such message.' }],
  locked: [423, { Message: 'The message is locked.' }],
  'not-first': [409, { Message: 'It is not the first message.' }],
  'wrong-lock': [409, { Message: 'It is not locked by this lock, or not any more.' }],
};

/**
 * An ITAS server on loopback, with the Events API v1 and v2 (`Events/…`; `Subscribers`, `Subscriptions`,
 * `Messages`): mailboxes that keep their order, locks that run out, messages that come again until they are
 * confirmed, a client key and an HMAC that have to be right, and faults on request.
 */
export class ItasServer {
  readonly clientKey = 'karere-at-itas';
  readonly hmac = 'aXRhcy1obWFjLWZvci1rYXJlcmU=';
  /** What was asked, in order. */
  readonly requests: { readonly call: string; readonly query: Readonly<Record<string, string>> }[] = [];
  /** Most requests that were ever under way at the same time. */
  mostAtOnce = 0;
  /** … of the same kind: one may confirm a message and ask for the next meanwhile, but not ask twice. */
  mostAlike = 0;
  private readonly alike = new Map<string, number>();
  private readonly mailboxes: ItasMailbox[] = [];
  private readonly faults = new ItasFaults();
  private underWay = 0;
  private ahead = 0;
  private server: Awaited<ReturnType<typeof serve>> | undefined;

  private constructor(private readonly options: ItasServerOptions) {}

  static async start(options: ItasServerOptions = {}): Promise<ItasServer> {
    const itas = new ItasServer(options);
    itas.server = await serve((request, response) => void itas.answer(request, response));
    return itas;
  }

  get url(): string {
    if (!this.server) throw new Error('the server does not listen yet');
    return this.server.url;
  }

  /** What was asked, in order: `POST /Events/Register`. */
  get calls(): string[] {
    return this.requests.map(({ call }) => call);
  }

  /** What a gateway has to be told to use it. */
  environment(apiVersion: 1 | 2, ...topics: string[]): Record<string, string> {
    return {
      ITAS_URL: this.url,
      ITAS_API_VERSION: String(apiVersion),
      ITAS_TOPICS: topics.join(','),
      ITAS_CLIENT_KEY: this.clientKey,
      ITAS_HMAC_SECRET: this.hmac,
    };
  }

  /** @throws when nobody has registered it */
  mailbox(name = 'karere'): ItasMailbox {
    const found = this.mailboxes.find((each) => each.name === name);
    if (!found) throw new Error(`there is no mailbox "${name}"`);
    return found;
  }

  /**
   * Puts a message into all mailboxes that are subscribed to its topic.
   * @returns in how many it is
   */
  publish(message: Readonly<Record<string, unknown>>): number {
    const { MessageId, Topic, CompanyCode } = message;
    const subscribed = this.mailboxes.filter(({ subscriptions }) =>
      subscriptions.has(`${String(CompanyCode)} ${String(Topic)}`),
    );
    for (const each of subscribed) each.add(String(MessageId), JSON.stringify(message));
    return subscribed.length;
  }

  /** As it does with mailboxes that nobody has read for ten days. */
  forget(name = 'karere'): void {
    this.mailboxes.splice(this.mailboxes.indexOf(this.mailbox(name)), 1);
  }

  /** Lets requests fail. @param path a part of the method and path: `POST /Events/Receive` */
  fail(path: string, fault: ItasFault, times = 1): void {
    this.faults.order(path, fault, times);
  }

  /** How many of these failures nobody has met yet. */
  get pendingFaults(): number {
    return this.faults.pending;
  }

  /** From now on all is well. */
  recover(): void {
    this.faults.clear();
  }

  /** Moves its clock on, by which locks run out. */
  advance(milliseconds: number): void {
    this.ahead += milliseconds;
  }

  async stop(): Promise<void> {
    await this.server?.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://itas');
    const method = request.method ?? '';
    const call = `${method} ${pathname}`;
    this.requests.push({ call, query: Object.fromEntries(query) });
    this.underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.underWay);
    const alike = (this.alike.get(call) ?? 0) + 1;
    this.alike.set(call, alike);
    this.mostAlike = Math.max(this.mostAlike, alike);
    response.on('close', () => {
      this.underWay -= 1;
      this.alike.set(call, (this.alike.get(call) ?? 1) - 1);
    });
    const fault = this.faults.next(call);
    if (fault !== undefined && fault !== 'lost-answer') return playFault(fault, response);
    const path = pathname.split('/').slice(1).map(decodeURIComponent);
    const [status, body] = this.isClient(request)
      ? await this.handle({ method, path, query, signal: gone.signal })
      : ([401, { Message: 'Unauthorised' }] as const);
    if (fault === 'lost-answer') return void response.destroy();
    const { delayMs = 0 } = this.options;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' });
    const written = typeof body === 'string' ? body : body && JSON.stringify(body);
    response.end(written && this.options.byteOrderMark ? `\u{FEFF}${written}` : written);
  }

  private isClient({ headers }: IncomingMessage): boolean {
    return headers['clientkey'] === this.clientKey && headers['hmac'] === this.hmac;
  }

  private async handle(asked: Asked): Promise<Answer> {
    const [area = '', ...rest] = asked.path;
    if (area === 'Events') return this.handleV1(`${asked.method} ${rest.join('/')}`, asked);
    return this.handleV2(`${asked.method} ${area}`, rest, asked);
  }

  private async handleV1(call: string, { query, signal }: Asked): Promise<Answer> {
    if (call === 'POST Register') return this.register(query.get('subscriberName') ?? '');
    const mailbox = this.byId(query.get('subscriberId'));
    if (!mailbox) return [404, { Message: 'No such subscriber.' }];
    const subscription = `${query.get('companyCode')} ${query.get('topic')}`;
    const messageId = query.get('messageId') ?? '';
    switch (call) {
      case 'POST Subscribe':
        mailbox.subscriptions.add(subscription);
        return [201, { SubscriberId: mailbox.subscriberId, ServiceResult: null }];
      case 'DELETE Unsubscribe':
        mailbox.subscriptions.delete(subscription);
        return [200, { ServiceResult: null }];
      case 'GET Peek': {
        await mailbox.wait(this.waitOf(query), signal);
        if (!mailbox.first && this.options.nothing) return this.nothing(this.options.nothing);
        const { messageId: next = null } = mailbox.first ?? {};
        return [200, { MessageCount: mailbox.size, NextMessageId: next, ServiceResult: null }];
      }
      case 'POST Receive': {
        const received = mailbox.receive(messageId, Number(query.get('lockTimeout')) * 1000);
        if ('refusal' in received) return REFUSED[received.refusal];
        return [200, received.text.replace(/("LockId"\s*:\s*)("[^"]*"|null)/, `$1"${received.lockId}"`)];
      }
      case 'DELETE Confirm': {
        const refusal = mailbox.confirm(messageId, query.get('lockid') ?? '');
        return refusal ? REFUSED[refusal] : [200, { MessageId: messageId, ServiceResult: null }];
      }
      default:
        return [404, { Message: 'There is nothing here.' }];
    }
  }

  private async handleV2(
    call: string,
    [id = '', what = '']: readonly string[],
    asked: Asked,
  ): Promise<Answer> {
    if (call === 'POST Subscribers') return this.register(id);
    const mailbox = this.byId(id);
    if (!mailbox) return [404, { title: 'Not Found', status: 404 }];
    switch (call) {
      case 'PUT Subscriptions':
        mailbox.subscriptions.add(`GF ${what}`);
        return [201];
      case 'DELETE Subscriptions':
        mailbox.subscriptions.delete(`GF ${what}`);
        return [204];
      case 'GET Messages':
        await mailbox.wait(this.waitOf(asked.query), asked.signal);
        return mailbox.first ? [200, mailbox.first.text] : this.nothing(this.options.nothing ?? 204);
      case 'DELETE Messages': {
        const refusal = mailbox.confirm(what, undefined);
        return refusal ? REFUSED[refusal] : [204];
      }
      default:
        return [404, { title: 'Not Found', status: 404 }];
    }
  }

  private nothing(status: 200 | 204 | 404 | 408): Answer {
    return status === 200 ? [200, 'null'] : [status];
  }

  private register(name: string): Answer {
    let mailbox = this.mailboxes.find((each) => each.name === name);
    if (!mailbox) {
      mailbox = new ItasMailbox(name, () => Date.now() + this.ahead);
      this.mailboxes.push(mailbox);
    }
    return [200, { SubscriberId: mailbox.subscriberId, Name: name, ServiceResult: null }];
  }

  private byId(subscriberId: string | null): ItasMailbox | undefined {
    return this.mailboxes.find((each) => each.subscriberId === subscriberId);
  }

  private waitOf(query: URLSearchParams): number {
    const { maxWaitMs = Infinity } = this.options;
    return Math.min(Number(query.get('timeout')) * 1000, maxWaitMs);
  }
}
