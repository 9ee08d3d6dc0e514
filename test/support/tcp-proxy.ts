import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Stands between a gateway and its database, or NATS, so that a test can take that away and give it back. */
export class TcpProxy {
  private readonly sockets = new Map<Socket, Socket>();
  private server: Server | undefined;
  private port = 0;

  private constructor(private readonly target: URL) {}

  /** @param url of the server; `url` of the proxy leads there, too */
  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url));
    await proxy.restore();
    return proxy;
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Connections through it. */
  get openConnections(): number {
    return this.sockets.size / 2;
  }

  /** Ends all connections and refuses new ones. */
  async cut(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.server?.close(resolve);
    });
    for (const socket of this.sockets.keys()) socket.destroy();
    await closed;
  }

  /** Resets some of the connections, in the midst of whatever they do. @param share of them, from 0 to 1 */
  reset(share: number): void {
    for (const [from, to] of this.sockets) {
      if (Math.random() >= share) continue;
      from.resetAndDestroy();
      to.resetAndDestroy();
    }
  }

  /** Lets nothing through any more, in either direction, and says so to nobody: a cable that was pulled. */
  freeze(): void {
    for (const socket of this.sockets.keys()) socket.unpipe().pause();
  }

  /** What was held back comes through, late. */
  thaw(): void {
    for (const [from, to] of this.sockets) from.pipe(to);
  }

  /** Lets connections through again, at the same address. */
  async restore(): Promise<void> {
    const server = createServer((near) => this.join(near));
    await new Promise<void>((resolve) => {
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  private join(near: Socket): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.set(from, to);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
