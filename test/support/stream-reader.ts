import { Agent, request } from 'undici';
import type { Item } from './feed';

/** What stands between two empty lines of a stream (HTML Standard §9.2.6). */
interface Block {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly retry?: string;
  readonly comments: number;
}

/** Reads a stream of server-sent events until it is cut or ends. */
export class StreamReader {
  readonly blocks: Block[] = [];
  /** Resolves when the stream is over, for whatever reason. */
  readonly over: Promise<void>;
  private wake: () => void = () => undefined;

  private constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string | string[] | undefined>>,
    body: AsyncIterable<Buffer>,
    private readonly connection: Agent,
    begin: Promise<void>,
  ) {
    this.over = begin.then(() => this.read(body)).catch(() => undefined);
  }

  /** @param begin resolves when the reader is to begin; until then it takes nothing of what is sent */
  static async open(
    url: string,
    headers: Readonly<Record<string, string>>,
    begin: Promise<void> = Promise.resolve(),
  ): Promise<StreamReader> {
    const connection = new Agent();
    const answer = await request(url, { headers, dispatcher: connection, bodyTimeout: 0 });
    const body = answer.body as AsyncIterable<Buffer>;
    return new StreamReader(answer.statusCode, answer.headers, body, connection, begin);
  }

  /** The events so far. */
  get events(): Item[] {
    return this.blocks.flatMap(({ data }) => (data === undefined ? [] : [JSON.parse(data) as Item]));
  }

  /** What an EventSource would send as `Last-Event-ID`. */
  get lastEventId(): string | undefined {
    return this.blocks.findLast(({ id }) => id !== undefined)?.id;
  }

  /** Resolves with the events when there are so many. */
  async upTo(count: number): Promise<Item[]> {
    await this.until(() => this.blocks.filter(({ data }) => data !== undefined).length >= count);
    return this.events;
  }

  /** Resolves when what has come is as it should be. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      const woken = new Promise<'more'>((resolve) => {
        this.wake = () => resolve('more');
      });
      const what = await Promise.race([woken, this.over.then(() => 'over' as const)]);
      if (what === 'over' && !isSo()) throw new Error(`the stream ended with ${this.blocks.length} blocks`);
    }
  }

  /** Goes away without a word. */
  async cut(): Promise<void> {
    await this.connection.destroy();
    await this.over;
  }

  private async read(body: AsyncIterable<Buffer>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      this.blocks.push(...blocks.map(toBlock));
      this.wake();
    }
  }
}

function toBlock(text: string): Block {
  const block: Record<string, string> = {};
  let comments = 0;
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*): ?([^]*)$/.exec(line) ?? [];
    if (name === '') comments += 1;
    else block[name] = value;
  }
  return { ...block, comments };
}
