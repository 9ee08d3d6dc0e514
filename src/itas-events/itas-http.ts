import { Agent, request } from 'undici';
import { isJsonObject } from '../fields/json-object';
import type { ItasMailboxConfig } from './itas-mailbox-config';
import { ItasFailure } from './itas-failure';

/** Bytes of an answer at most: far more than any message, far less than the memory. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const CONNECT_TIMEOUT_MS = 5000;

export interface ItasRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** How long the answer may be held back on purpose, in milliseconds: a long poll. Default 0. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What ITAS has answered, with status 2xx or one that was allowed for. */
export interface ItasAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;
}

/**
 * Requests to an ITAS server, with the client key and the HMAC in headers. Both are strings that Hivedome gives
 * out, the same for all requests (ITAS Web Services, "Security v1").
 */
export class ItasHttp {
  private readonly agent: Agent;

  constructor(private readonly config: Pick<ItasMailboxConfig, 'url' | 'headers' | 'timeoutMs'>) {
    this.agent = new Agent({
      connect: { timeout: CONNECT_TIMEOUT_MS },
      maxResponseSize: MAX_ANSWER_BYTES,
      // The total time of a request covers both.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /**
   * @param allowed statuses besides 2xx that the caller knows what to make of
   * @throws ItasFailure; the reason of the signal when that was aborted
   */
  async send(asked: ItasRequest, ...allowed: readonly number[]): Promise<ItasAnswer> {
    const what = `${asked.method} ${asked.path}`;
    const answer = await this.exchange(asked, what);
    const { status } = answer;
    if ((status >= 200 && status < 300) || allowed.includes(status)) return answer;
    throw new ItasFailure(`ITAS answered ${status} to ${what}`, status);
  }

  /** Breaks off what is under way. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async exchange(asked: ItasRequest, what: string): Promise<ItasAnswer> {
    const { method, path, query, waitMs = 0, signal } = asked;
    const ending = new AbortController();
    const abort = (): void => ending.abort();
    const overdue = setTimeout(abort, waitMs + this.config.timeoutMs);
    signal?.addEventListener('abort', abort);
    try {
      signal?.throwIfAborted();
      const { statusCode, headers, body } = await request(this.urlOf(path, query), {
        method,
        headers: { accept: 'application/json', ...this.config.headers },
        dispatcher: this.agent,
        signal: ending.signal,
      });
      const bytes = Buffer.from(await body.bytes());
      return { status: statusCode, contentType: String(headers['content-type'] ?? ''), bytes };
    } catch (error) {
      signal?.throwIfAborted();
      const why = ending.signal.aborted ? 'has not answered in time' : reasonOf(error);
      throw new ItasFailure(`ITAS ${why}: ${what}`, undefined, { cause: error });
    } finally {
      clearTimeout(overdue);
      signal?.removeEventListener('abort', abort);
    }
  }

  private urlOf(path: string, query: ItasRequest['query']): string {
    const base = this.config.url.replace(/\/+$/, '');
    return `${base}${path}${query ? `?${new URLSearchParams(query).toString()}` : ''}`;
  }
}

/** Where to look: the name, the network, the certificate, or an answer of a size that no message has. */
function reasonOf(error: unknown): string {
  const code = isJsonObject(error) ? error['code'] : undefined;
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'has answered with more than 16 MiB';
  return typeof code === 'string' ? `can not be reached (${code})` : 'can not be reached';
}
