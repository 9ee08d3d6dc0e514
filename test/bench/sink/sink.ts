import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { SinkOrder } from './start-sink';

/**
 * Takes in webhooks and counts them. It knows no more of HTTP than it needs for requests with a `content-length`,
 * because it shares the machine with the one that is measured: what a receiver costs is not the question.
 */
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;

let received = 0;
let bytes = 0;

function serve(socket: Socket): void {
  let rest: Buffer | undefined;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    let unread = rest ? Buffer.concat([rest, chunk]) : chunk;
    for (let length = lengthOfFirst(unread); length <= unread.length; length = lengthOfFirst(unread)) {
      received += 1;
      bytes += length;
      unread = unread.subarray(length);
      socket.write(ANSWER);
    }
    rest = unread.length > 0 ? unread : undefined;
  });
}

/** Bytes of the first request, head and body; infinite as long as its head is not complete. */
function lengthOfFirst(unread: Buffer): number {
  const end = unread.indexOf(END_OF_HEAD);
  if (end < 0) return Number.POSITIVE_INFINITY;
  const [, length] = LENGTH.exec(unread.toString('latin1', 0, end)) ?? [];
  if (length === undefined) throw new Error('a request without content-length');
  return end + END_OF_HEAD.length + Number(length);
}

async function listenOn(ports: number): Promise<void> {
  const servers = await Promise.all(Array.from({ length: ports }, listen));
  process.send?.(servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

function listen(): Promise<Server> {
  const server = createServer(serve);
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

process.once('disconnect', () => process.exit());
process.on('message', (order: SinkOrder) => {
  if (order.kind === 'count') process.send?.({ received, bytes, cpuSeconds: cpuSeconds() });
  else void listenOn(order.ports);
});
