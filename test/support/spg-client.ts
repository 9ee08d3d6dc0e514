import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Notification } from './spg-stream';

/** What came of one attempt to send a notification. */
export interface Answer {
  /** When the attempt began, as `performance.now()` tells it. */
  readonly startedAt: number;
  /** Absent: the connection failed, and nobody knows whether the notification was stored. */
  readonly status?: number;
  /** What a 200 says of it. */
  readonly receipt?: 'accepted' | 'duplicate';
  /** `X-Transaction-Id` of the answer. */
  readonly transactionId?: string;
  /** How the connection failed. */
  readonly error?: string;
}

interface SpgClientOptions {
  /** What `/notification` is appended to: `http://127.0.0.1:3000/spg`. */
  readonly url: string;
  readonly apiKey: string;
  /** Connections at most. Default 16. */
  readonly connections?: number;
  /** Between attempts, in milliseconds. Shorter than a partner's, for tests do not like to wait. Default 50. */
  readonly retryMs?: number;
  /** After so many milliseconds `deliver` gives up. Default 30,000. */
  readonly giveUpAfterMs?: number;
  /** Told of every answer as it comes. */
  readonly onAnswer?: (notification: Notification, answer: Answer) => void;
}

/** Refused for a reason that sending it again does not mend, or not accepted in all the time there was. */
class NotAccepted extends Error {
  override readonly name = 'NotAccepted';

  constructor({ eventId, type }: Notification, answer: Answer) {
    super(`${type} ${eventId} was not accepted: ${answer.status ?? answer.error}`);
  }
}

/** Sends notifications as the Service Partner Gateway does: each until a 200 has come for it. */
export class SpgClient {
  private readonly pool: Pool;
  private readonly path: string;
  private readonly options: Required<SpgClientOptions>;

  constructor(options: SpgClientOptions) {
    this.options = { connections: 16, retryMs: 50, giveUpAfterMs: 30_000, onAnswer: () => {}, ...options };
    const { origin, pathname } = new URL(options.url);
    this.path = `${pathname.replace(/\/$/, '')}/notification`;
    // Without pipelining, what is sent at the same time goes over connections of its own.
    this.pool = new Pool(origin, {
      connections: this.options.connections,
      pipelining: 1,
      connectTimeout: 5000,
      headersTimeout: 15_000,
      bodyTimeout: 15_000,
    });
  }

  /** One attempt. Never throws: a connection that fails is an answer, too. */
  async attempt(notification: Notification, apiKey = this.options.apiKey): Promise<Answer> {
    const answer = await this.post(notification, apiKey);
    this.options.onAnswer(notification, answer);
    return answer;
  }

  /**
   * Attempts until 200. Connections that fail, 429 and 5xx are tried again.
   * @returns the 200
   * @throws NotAccepted
   */
  async deliver(notification: Notification): Promise<Answer> {
    const deadline = performance.now() + this.options.giveUpAfterMs;
    for (;;) {
      const answer = await this.attempt(notification);
      if (answer.status === 200) return answer;
      const mayPass = answer.status === undefined || answer.status === 429 || answer.status >= 500;
      if (!mayPass || performance.now() > deadline) throw new NotAccepted(notification, answer);
      await sleep(this.options.retryMs);
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async post({ body, transactionId }: Notification, apiKey: string): Promise<Answer> {
    const startedAt = performance.now();
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.pool.request({
        method: 'POST',
        path: this.path,
        headers: {
          'content-type': 'application/json',
          'x-api-key': apiKey,
          'x-transaction-id': transactionId,
        },
        body,
      });
      const text = await answer.text();
      return {
        startedAt,
        status: statusCode,
        ...(statusCode === 200 && {
          receipt: (JSON.parse(text) as { status: 'accepted' | 'duplicate' }).status,
        }),
        transactionId: String(headers['x-transaction-id']),
      };
    } catch (error) {
      return { startedAt, error: error instanceof Error ? error.message : String(error) };
    }
  }
}
