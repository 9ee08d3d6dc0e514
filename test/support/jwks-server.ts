import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';

/** Where a token issuer publishes its keys (RFC 7517 §5). */
export class JwksServer {
  /** How often the keys were asked for. */
  asked = 0;
  /** Status and body of its answers; undefined closes the connection without one. */
  answer: readonly [status: number, body: string] | undefined;

  private constructor(private readonly server: Server) {
    server.on('request', (_request, response) => {
      this.asked += 1;
      if (!this.answer) return response.destroy();
      const [status, body] = this.answer;
      return response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  }

  static async start(): Promise<JwksServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new JwksServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/keys`;
  }

  publish(keys: readonly JWK[]): void {
    this.answer = [200, JSON.stringify({ keys })];
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
