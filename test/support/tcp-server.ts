import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** A server on loopback that does to each connection what it is told to, and counts them. */
export class TcpServer {
  /** Connections that were made, open or not. */
  connections = 0;
  private readonly open = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(
    serve: (socket: Socket, nth: number) => void,
    options: { host?: string; port?: number; tls?: TlsOptions } = {},
  ): Promise<TcpServer> {
    const { host = '127.0.0.1', port = 0, tls } = options;
    const server = tls ? createTlsServer(tls) : createServer();
    const started = new TcpServer(server);
    server.on('connection', (socket: Socket) => {
      started.open.add(socket);
      socket.on('error', () => undefined).on('close', () => started.open.delete(socket));
      started.connections += 1;
      if (!tls) serve(socket, started.connections);
    });
    server.on('secureConnection', (socket: Socket) => {
      socket.on('error', () => undefined);
      serve(socket, started.connections);
    });
    await new Promise<void>((resolve, reject) => {
      server.on('error', reject).listen(port, host, resolve);
    });
    return started;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get openConnections(): number {
    return this.open.size;
  }

  /** Ends the connections that are open, as a server does that has waited long enough. */
  hangUp(): void {
    for (const socket of this.open) socket.end();
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }
}
