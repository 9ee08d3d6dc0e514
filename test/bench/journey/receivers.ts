import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a receiver answers. */
export type Manner = 'well' | 'with 500' | 'never';

export interface Arrival {
  /** Number of the receiver. */
  readonly receiver: number;
  /** Of the event. */
  readonly transactionId: string;
  /** In ms of `performance.now()`. */
  readonly at: number;
}

/** Servers of subscribers in this process, so that what they see has the times of one clock. */
export class Receivers {
  readonly arrivals: Arrival[] = [];

  private constructor(private readonly servers: readonly Server[]) {}

  static async open(manners: readonly Manner[]): Promise<Receivers> {
    const servers = manners.map(() => createServer());
    const receivers = new Receivers(servers);
    for (const [number, server] of servers.entries()) {
      const manner = manners[number] ?? 'well';
      server.keepAliveTimeout = 60_000;
      server.on('request', (request, response) => receivers.receive(request, response, number, manner));
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
    }
    return receivers;
  }

  get urls(): string[] {
    return this.servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
  }

  close(): void {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  private receive(
    request: IncomingMessage,
    response: ServerResponse,
    receiver: number,
    manner: Manner,
  ): void {
    const transactionId = String(request.headers['x-transaction-id']);
    request.resume();
    request.once('end', () => {
      this.arrivals.push({ receiver, transactionId, at: performance.now() });
      if (manner === 'well') response.end('ok');
      else if (manner === 'with 500') response.writeHead(500).end();
    });
  }
}
