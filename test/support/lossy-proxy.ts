import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** What a bad network does to a request. */
export type Mishap =
  | 'none'
  /** It never arrives: the connection is reset. */
  | 'reset'
  /** It arrives, and its answer is lost with the connection: who sent it can't know. */
  | 'answer lost'
  /** … of its answer only the beginning comes. */
  | 'answer cut'
  /** … its answer comes, but after so long. */
  | 'late'
  /** It is swallowed: nothing comes back, not even an end. */
  | 'silence';

const LATE_MS = 50;

/** Stands between a sender and a receiver of HTTP requests, and does to the next ones what it is told, in turn. */
export class LossyProxy {
  readonly happened = new Map<Mishap, number>();
  private readonly sockets = new Set<Socket>();
  private turn = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  /** @param mishaps of each request, over and over again; all is well once they are taken away */
  static async to(target: string, mishaps: readonly Mishap[]): Promise<LossyProxy> {
    const server = createServer();
    const proxy = new LossyProxy(server, new URL(target));
    server.on('connection', (near) => proxy.join(near, mishaps));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private join(near: Socket, mishaps: readonly Mishap[]): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    let mishap: Mishap | undefined;
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    }
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.on('data', (bytes) => {
      // The first part of a request decides; the connection is kept, and its next request takes the next turn.
      mishap ??= this.next(mishaps);
      if (mishap === 'reset') near.resetAndDestroy();
      else if (mishap !== 'silence') far.write(bytes);
    });
    far.on('data', (bytes) => {
      if (mishap === 'answer lost') near.resetAndDestroy();
      else if (mishap === 'answer cut') near.end(bytes.subarray(0, 20));
      else if (mishap === 'late') setTimeout(() => near.write(bytes), LATE_MS);
      else near.write(bytes);
      mishap = undefined;
    });
  }

  private next(mishaps: readonly Mishap[]): Mishap {
    const mishap = mishaps[this.turn % mishaps.length] ?? 'none';
    this.turn += 1;
    this.happened.set(mishap, (this.happened.get(mishap) ?? 0) + 1);
    return mishap;
  }
}
