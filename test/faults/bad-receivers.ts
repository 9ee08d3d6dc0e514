import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { developmentToken } from '../support/bearer-token';
import type { CleanUp } from '../support/clean-up';
import { selfSigned } from '../support/self-signed';
import { Subscriber } from '../support/subscriber';
import { TcpServer } from '../support/tcp-server';
import type { Evidence } from './evidence';
import { summarise } from './summarise';

/** What happens to what is sent to one in the end, when it is not cancelled first. */
type End = 'never sent' | 'sent';

interface Way {
  readonly end: End;
  /** What it does to a connection. */
  readonly serve: (socket: Socket, somewherePrivate: string) => void;
  readonly tls?: true;
}

const MANY_BYTES = Buffer.alloc(64 * 1024, 'x');

const WAYS: Readonly<Record<string, Way>> = {
  hangs: { end: 'never sent', serve: (socket) => socket.resume() },
  trickles: {
    end: 'never sent',
    serve: (socket) => {
      socket.resume().write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write('.'), 1000);
      socket.once('close', () => clearInterval(timer));
    },
  },
  // It has said 200; what it says after that is nobody's wish.
  'answers endlessly': {
    end: 'sent',
    serve: (socket) => {
      socket.resume().write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = (): void => {
        while (socket.writable && socket.write(`10000\r\n${MANY_BYTES.toString()}\r\n`));
      };
      socket.on('drain', more);
      more();
    },
  },
  resets: { end: 'never sent', serve: (socket) => socket.once('data', () => socket.resetAndDestroy()) },
  redirects: {
    end: 'never sent',
    serve: (socket, somewherePrivate) =>
      socket.once('data', () =>
        socket.end(`HTTP/1.1 307 Look There\r\nlocation: ${somewherePrivate}\r\ncontent-length: 0\r\n\r\n`),
      ),
  },
  'answers garbage': {
    end: 'never sent',
    serve: (socket) => socket.once('data', () => socket.end('\u0000\u0001 200 fine, thanks\r\n\r\n')),
  },
  'shows a wrong certificate': {
    end: 'never sent',
    tls: true,
    serve: (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')),
  },
};

const STATUSES = `
  SELECT status, count(*)::int AS count, max(attempts)::int AS attempts
  FROM delivery_notification WHERE subscription_id = $1 GROUP BY 1`;

/** Subscribers that answer in every way in which they should not, each at an address of its own. */
export class BadReceivers {
  private readonly subscriptions = new Map<string, string>();

  private constructor(
    private readonly owner: Subscriber,
    private readonly somewherePrivate: TcpServer,
  ) {}

  static async open(gatewayUrl: string, cleanUp: CleanUp): Promise<BadReceivers> {
    const start = async (serve: (socket: Socket) => void, options = {}): Promise<TcpServer> => {
      const server = await TcpServer.start(serve, options);
      cleanUp.defer(() => server.stop());
      return server;
    };
    const somewherePrivate = await start((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    );
    const owner = new Subscriber({ url: gatewayUrl, token: () => developmentToken() });
    const receivers = new BadReceivers(owner, somewherePrivate);
    const privateUrl = `http://127.0.0.1:${somewherePrivate.port}/`;
    for (const [name, { serve, tls }] of Object.entries(WAYS)) {
      const options = tls && { tls: selfSigned('elsewhere.example.co.nz') };
      const { port } = await start((socket) => serve(socket, privateUrl), options);
      const { id } = await owner.subscribe({
        eventType: 'spg.task.*',
        contactEmails: [{ email: 'contact@example.co.nz' }],
        notificationChannels: {
          webhook: [
            { callbackUri: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/`, errorStrategy: 'retry' },
          ],
        },
      });
      receivers.subscriptions.set(name, id);
    }
    return receivers;
  }

  /** They want nothing any more: what still waits for them is cancelled. */
  async unsubscribe(): Promise<void> {
    for (const id of this.subscriptions.values()) await this.owner.ask('DELETE', `/subscriptions/${id}`);
  }

  /** Each was tried, and none of them counts as sent who has not said so. */
  readonly ended = async ({ database }: Evidence): Promise<string[]> => {
    const breaches: string[] = [];
    for (const [name, id] of this.subscriptions) breaches.push(...(await this.look(database, name, id)));
    const { connections } = this.somewherePrivate;
    return connections === 0 ? breaches : [...breaches, `${connections} redirects were followed`];
  };

  private async look(database: Client, name: string, id: string): Promise<string[]> {
    const { rows } = await database.query<{ status: string; count: number; attempts: number }>(STATUSES, [
      id,
    ]);
    const count = (wanted: string): number => rows.find(({ status }) => status === wanted)?.count ?? 0;
    const isSent = WAYS[name]?.end === 'sent';
    return [
      ...(rows.some(({ attempts }) => attempts > 0) ? [] : [`who ${name} was never tried`]),
      ...(count('sent') > 0 === isSent ? [] : [`who ${name}: ${count('sent')} are said to be sent`]),
      ...summarise(
        `of who ${name} are left`,
        Array.from({ length: count('pending') }, () => 'pending'),
      ),
    ];
  }
}
