import { Agent, type Dispatcher } from 'undici';
import { Exchange } from './exchange';
import { InFlight } from './in-flight';
import type { NetworkGuard } from './network-guard';
import { GivenUp } from './send-error';
import type { WebhookOutcome } from './send-outcome';
import { markingStale } from './stale-connection';

export interface WebhookSenderOptions {
  readonly guard: NetworkGuard;
  /** Name resolution, TCP and TLS together; to about half a second. Default 5 s. */
  readonly connectTimeoutMs?: number;
  /**
   * Connections to one origin at most; more requests wait. Give the number of requests that are ever in
   * flight: without a limit undici opens up to twice as many. Default: no limit.
   */
  readonly connections?: number;
  /** How long an idle connection is kept, unless the receiver says less (`Keep-Alive`). Default 4 s. */
  readonly keepAliveMs?: number;
  /** Certificates (PEM) to trust in the place of those that Node knows. */
  readonly ca?: readonly string[];
}

export interface WebhookRequest {
  /** Absolute http or https URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From now to the last byte of the answer. */
  readonly timeoutMs: number;
}

/**
 * Posts webhooks, with connections kept alive, one request at a time on each. Redirects are answers like any
 * other, answers are not decompressed, and no more than 16 KiB of them is read.
 *
 * When a receiver closes a connection that had served before and no byte of an answer has come, the request
 * is sent once more, in the same time: most likely it has never been read. The receiver can tell a repetition
 * by its `webhook-id`.
 */
export class WebhookSender {
  private readonly agent: Agent;
  private readonly inFlight = new InFlight<Exchange>();
  private readonly targets = new Targets();
  private closing: Promise<void> | undefined;
  private idle: (() => void) | undefined;

  constructor(options: WebhookSenderOptions) {
    const { guard, connectTimeoutMs = 5000, connections, keepAliveMs = 4000, ca } = options;
    this.agent = new Agent({
      connect: markingStale(guard.connector({ timeoutMs: connectTimeoutMs, ...(ca && { ca }) })),
      ...(connections !== undefined && { connections }),
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      pipelining: 1,
      // The exchange's own total time covers both, and these would cost a timer each.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Never rejects. Each outcome comes within `timeoutMs`. */
  send({ url, headers, body, timeoutMs }: WebhookRequest): Promise<WebhookOutcome> {
    const target = this.targets.of(url);
    if (!target) return Promise.resolve({ kind: 'failed', error: 'invalid-request', durationMs: 0 });
    if (this.closing) return Promise.resolve({ kind: 'failed', error: 'aborted', durationMs: 0 });
    return new Promise((resolve) => {
      const request: Dispatcher.DispatchOptions = { ...target, method: 'POST', headers, body };
      const exchange = new Exchange(this.agent, request, timeoutMs, (outcome) => {
        this.inFlight.remove(exchange);
        if (this.inFlight.size === 0) this.idle?.();
        resolve(outcome);
      });
      this.inFlight.add(exchange);
      exchange.start();
    });
  }

  /** Takes nothing more, waits for what is in flight, and closes the connections. */
  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  /** Ends what is in flight, with the outcome `aborted`. */
  abort(): void {
    for (const exchange of this.inFlight.all()) exchange.abort(new GivenUp());
  }

  private async finish(): Promise<void> {
    if (this.inFlight.size > 0) {
      await new Promise<void>((resolve) => {
        this.idle = resolve;
      });
    }
    // Not `close`: undici would wait for requests whose time is up and whose connection is not yet.
    await this.agent.destroy();
  }
}

interface Target {
  readonly origin: string;
  readonly path: string;
}

/** Parsed URLs: the same few are used again and again. */
class Targets {
  private static readonly MAX = 10_000;
  private readonly parsed = new Map<string, Target>();

  of(url: string): Target | undefined {
    const known = this.parsed.get(url);
    if (known) return known;
    if (!/^https?:/i.test(url) || !URL.canParse(url)) return undefined;
    const { origin, pathname, search } = new URL(url);
    const target = { origin, path: pathname + search };
    if (this.parsed.size >= Targets.MAX) this.parsed.clear();
    this.parsed.set(url, target);
    return target;
  }
}
