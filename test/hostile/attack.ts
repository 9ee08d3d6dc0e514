import fc from 'fast-check';
import { Agent, request } from 'undici';
import { ApiDocument, type Operation } from './document';
import { type GivenAnswer, Judge } from './judge';
import type { Json } from './json';
import { KnownNames } from './known-names';
import { type Credentials, type HostileRequest, requestsTo } from './requests';

export interface Target {
  readonly url: string;
  readonly credentials: Credentials;
}

export interface AttackOptions {
  readonly requests: number;
  /** The same seed makes the same requests, but for the ids that answers have told. */
  readonly seed: number;
  readonly atOnce?: number;
  readonly onProgress?: (sent: number) => void;
}

/** Something that should not have been answered so. */
interface Fault {
  readonly what: string;
  readonly request: string;
  readonly answer: string;
}

export interface Result {
  /** Answers by status, for each operation. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly faults: readonly Fault[];
}

/** Requests that are made at a time, for one operation after the other. */
const CHUNK = 200;

const TIMEOUT_MS = 15_000;

/** Sends requests to every operation of the OpenAPI document that the target publishes, and judges the answers. */
export async function attack({ url, credentials }: Target, options: AttackOptions): Promise<Result> {
  const agent = new Agent({ connections: options.atOnce ?? 16, pipelining: 1, bodyTimeout: TIMEOUT_MS });
  try {
    const { body } = await request(`${url}/docs-json`, { dispatcher: agent });
    return await new Attack(url, credentials, new ApiDocument((await body.json()) as Json), agent).run(
      options,
    );
  } finally {
    await agent.destroy();
  }
}

class Attack {
  private readonly statuses = new Map<string, Map<number, number>>();
  private readonly faults: Fault[] = [];
  private readonly known = new KnownNames();
  private readonly judge: Judge;

  constructor(
    private readonly url: string,
    private readonly credentials: Credentials,
    private readonly document: ApiDocument,
    private readonly agent: Agent,
  ) {
    this.judge = new Judge(document);
  }

  async run({ requests, seed, atOnce = 16, onProgress }: AttackOptions): Promise<Result> {
    const { operations } = this.document;
    let sent = 0;
    while (sent < requests) {
      for (const operation of operations) {
        const count = Math.min(CHUNK, Math.ceil(requests / operations.length), requests - sent);
        if (count <= 0) break;
        const arbitrary = requestsTo(operation, this.document, this.credentials, (...of) =>
          this.known.of(...of),
        );
        await this.send(fc.sample(arbitrary, { numRuns: count, seed: seed + sent }), atOnce);
        sent += count;
      }
      onProgress?.(sent);
    }
    return { statuses: this.statuses, faults: this.faults };
  }

  private async send(requests: readonly HostileRequest[], atOnce: number): Promise<void> {
    const queue = requests.values();
    const lane = async (): Promise<void> => {
      for (const each of queue) await this.sendOne(each);
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  }

  private async sendOne(hostile: HostileRequest): Promise<void> {
    try {
      const answer = await this.answerTo(hostile);
      this.count(hostile.operation, answer.status);
      if (answer.status < 300) this.known.learn(hostile.operation, answer.text);
      const what = this.judge.faultOf(hostile, answer);
      if (what !== undefined) this.note(what, hostile, `${answer.status} ${answer.text}`);
    } catch (error) {
      this.note('no answer', hostile, String(error));
    }
  }

  private async answerTo({ operation, target, headers, body }: HostileRequest): Promise<GivenAnswer> {
    const {
      statusCode,
      headers: given,
      body: stream,
    } = await request(this.url + target, {
      method: operation.method,
      headers,
      dispatcher: this.agent,
      headersTimeout: TIMEOUT_MS,
      ...(body && { body }),
    });
    const isEndless = String(given['content-type']).startsWith('text/event-stream');
    if (isEndless) stream.on('error', () => undefined).destroy();
    return { status: statusCode, headers: given, text: isEndless ? '' : await stream.text() };
  }

  private count({ name }: Operation, status: number): void {
    const counts = this.statuses.get(name) ?? new Map<number, number>();
    this.statuses.set(name, counts.set(status, (counts.get(status) ?? 0) + 1));
  }

  private note(what: string, { operation, target, headers, body }: HostileRequest, answer: string): void {
    const names = Object.entries(headers).filter(([name]) => !/authorization|key|token/.test(name));
    const given = names.map(([name, value]) => `${name}: ${value.slice(0, 100)}`).join('; ');
    const text = body ? body.subarray(0, 2000).toString() : '';
    this.faults.push({
      what,
      request: `${operation.name}\n  ${target.slice(0, 1000)}\n  ${given}\n  ${text}`,
      answer: answer.slice(0, 1000),
    });
  }
}
