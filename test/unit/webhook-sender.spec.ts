import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { AddressPolicy } from '../../src/delivery/address-policy';
import { NetworkGuard, type Resolve } from '../../src/delivery/network-guard';
import type { WebhookOutcome } from '../../src/delivery/send-outcome';
import {
  WebhookSender,
  type WebhookRequest,
  type WebhookSenderOptions,
} from '../../src/delivery/webhook-sender';
import { eventually } from '../support/eventually';
import { selfSigned } from '../support/self-signed';
import { TcpServer } from '../support/tcp-server';

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function senderWith({
  allowed = LOOPBACK,
  resolve,
  ...options
}: Partial<WebhookSenderOptions> & { allowed?: string[]; resolve?: Resolve } = {}): WebhookSender {
  const guard = new NetworkGuard(new AddressPolicy(allowed), resolve);
  const sender = new WebhookSender({ guard, ...options });
  cleanUps.push(async () => {
    sender.abort();
    await sender.close();
  });
  return sender;
}

async function receiver(
  serve: (socket: Socket, nth: number) => void,
  options: { host?: string; port?: number; tls?: TlsOptions } = {},
): Promise<TcpServer> {
  const server = await TcpServer.start(serve, options);
  cleanUps.push(() => server.stop());
  return server;
}

function untilAllAreClosed(server: TcpServer): Promise<number> {
  return eventually(
    'all connections are closed',
    () => server.openConnections,
    (open) => open === 0,
  );
}

/** Answers each request, which is known by its body, with the same bytes. */
function answering(bytes: string | Buffer): (socket: Socket) => void {
  return (socket) => {
    socket.on('data', (data) => {
      if (data.includes('{"eventId"')) socket.write(bytes);
    });
  };
}

function request(port: number, more: Partial<WebhookRequest> = {}): WebhookRequest {
  return {
    url: `http://127.0.0.1:${port}/hook`,
    headers: { 'content-type': 'application/json' },
    body: '{"eventId":"1"}',
    timeoutMs: 2000,
    ...more,
  };
}

/** Sends once to a receiver that does this. */
async function sendTo(
  serve: (socket: Socket, nth: number) => void,
  more: Partial<WebhookRequest> = {},
): Promise<WebhookOutcome> {
  const { port } = await receiver(serve);
  return senderWith().send(request(port, more));
}

describe('WebhookSender: answers', () => {
  it('posts the body with the headers and tells what was answered', async () => {
    let received = '';
    const outcome = await sendTo(
      (socket) => {
        socket.on('data', (data) => {
          received += data.toString();
          if (received.endsWith('}')) socket.write(OK);
        });
      },
      { headers: { 'content-type': 'application/json', 'webhook-id': 'n-1' }, body: '{"a":"Māori"}' },
    );
    expect(outcome).toEqual({
      kind: 'answered',
      status: 200,
      answer: 'ok',
      durationMs: expect.any(Number) as number,
    });
    expect(received).toMatch(/^POST \/hook HTTP\/1\.1\r\n/);
    expect(received).toContain('webhook-id: n-1\r\n');
    expect(received).toContain(`content-length: ${Buffer.byteLength('{"a":"Māori"}')}\r\n`);
    expect(received).toMatch(/\r\n\r\n\{"a":"Māori"\}$/);
  });

  it.each([
    ['204 without a body', 'HTTP/1.1 204 No Content\r\n\r\n', 204],
    ['200 with an empty body', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', 200],
    ['200 with an empty chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 200],
  ])('takes %s', async (_name, bytes, status) => {
    expect(await sendTo(answering(bytes))).toMatchObject({ kind: 'answered', status, answer: '' });
  });

  it('takes an answer that ends with the connection', async () => {
    const outcome = await sendTo((socket) => {
      socket.once('data', () => socket.end('HTTP/1.0 500 No\r\n\r\nbroken'));
    });
    expect(outcome).toMatchObject({ kind: 'answered', status: 500, answer: 'broken' });
  });

  it('tells Retry-After as it came', async () => {
    const bytes = 'HTTP/1.1 503 Busy\r\nretry-after: 120\r\nRetry-After: 60\r\ncontent-length: 0\r\n\r\n';
    expect(await sendTo(answering(bytes))).toMatchObject({ status: 503, retryAfter: '120' });
  });

  it('passes over interim answers', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n';
    expect(await sendTo(answering(early + OK))).toMatchObject({ status: 200, answer: 'ok' });
  });

  it('follows no redirect, least of all to a private address', async () => {
    const inside = await receiver(answering(OK));
    const location = `http://127.0.0.1:${inside.port}/admin`;
    const outcome = await sendTo(
      answering(`HTTP/1.1 307 Moved\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`),
    );
    expect(outcome).toMatchObject({ kind: 'answered', status: 307 });
    expect(inside.connections).toBe(0);
  });

  it('keeps 1 KiB of the answer as text that can be stored', async () => {
    const body = Buffer.concat([Buffer.from('a\0b\xff', 'latin1'), Buffer.from('ā'.repeat(1000))]);
    const outcome = await sendTo(
      answering(
        Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`), body]),
      ),
    );
    expect(outcome).toMatchObject({ answer: `a\uFFFDb\uFFFD${'ā'.repeat(510)}` });
  });

  it('does not unpack a compressed answer', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    const outcome = await sendTo(answering(Buffer.concat([Buffer.from(head), bomb])));
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
    expect(outcome.kind === 'answered' && outcome.answer.length).toBeLessThanOrEqual(1024);
  });
});

describe('WebhookSender: connections', () => {
  it('uses a connection again', async () => {
    const server = await receiver(answering(OK));
    const sender = senderWith({ connections: 1 });
    for (let count = 0; count < 5; count += 1) {
      expect(await sender.send(request(server.port))).toMatchObject({ status: 200 });
    }
    expect(server.connections).toBe(1);
  });

  it('has as many requests under way as there are, and no more connections than allowed', async () => {
    let most = 0;
    const server = await receiver((socket) => {
      most = Math.max(most, server.openConnections);
      answering(OK)(socket);
    });
    const sender = senderWith({ connections: 3 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => sender.send(request(server.port))));
    expect(outcomes.every((outcome) => outcome.kind === 'answered')).toBe(true);
    expect(most).toBe(3);
  });

  it('sends once more when a connection that had served is closed without a word', async () => {
    let requests = 0;
    const server = await receiver((socket, nth) => {
      socket.on('data', () => {
        requests += 1;
        // The first connection serves one request and then behaves as one that was just being closed.
        if (nth > 1 || requests === 1) socket.write(OK);
        else socket.destroy();
      });
    });
    const sender = senderWith({ connections: 1 });
    expect(await sender.send(request(server.port))).toMatchObject({ status: 200 });
    expect(await sender.send(request(server.port))).toMatchObject({ status: 200 });
    expect(requests).toBe(3);
    expect(server.connections).toBe(2);
  });

  it('does not send once more on a new connection', async () => {
    const server = await receiver((socket) => {
      socket.once('data', () => socket.destroy());
    });
    const outcome = await senderWith().send(request(server.port));
    expect(outcome).toMatchObject({ kind: 'failed', error: 'connection-reset' });
    expect(server.connections).toBe(1);
  });

  it('notices that an idle connection was closed', async () => {
    const server = await receiver(answering(OK));
    const sender = senderWith();
    await sender.send(request(server.port));
    server.hangUp();
    await untilAllAreClosed(server);
    expect(await sender.send(request(server.port))).toMatchObject({ status: 200 });
    expect(server.connections).toBe(2);
  });
});

describe('WebhookSender: hostile receivers', () => {
  const TIMEOUT_MS = 150;

  it.each<[string, (socket: Socket) => void, number | undefined]>([
    ['says nothing', (socket) => socket.resume(), undefined],
    ['stops in the headers', answering('HTTP/1.1 200 OK\r\ncontent-le'), undefined],
    ['stops in the body', answering('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'), 200],
    [
      'trickles a byte at a time',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
        const timer = setInterval(() => socket.write('.'), 10);
        socket.on('close', () => {
          clearInterval(timer);
        });
      },
      200,
    ],
    [
      'trickles headers',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('x: y\r\n'), 10);
        socket.on('close', () => {
          clearInterval(timer);
        });
      },
      undefined,
    ],
  ])('ends in time with one that %s', async (_name, serve, status) => {
    const server = await receiver(serve);
    const outcome = await senderWith().send(request(server.port, { timeoutMs: TIMEOUT_MS }));
    expect(outcome).toMatchObject({ kind: 'failed', error: 'timeout' });
    expect(outcome).toEqual(expect.objectContaining(status === undefined ? {} : { status }));
    expect(outcome.durationMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
    expect(outcome.durationMs).toBeLessThan(TIMEOUT_MS + 1000);
    await untilAllAreClosed(server);
  });

  it('ends in time when the connection is not even made', async () => {
    const outcome = await senderWith({
      resolve: () => new Promise(() => undefined),
    }).send(request(9, { url: 'http://slow.example/', timeoutMs: TIMEOUT_MS }));
    expect(outcome).toMatchObject({ kind: 'failed', error: 'timeout' });
  });

  it('ends in time when it waits for a free connection, and does not send later', async () => {
    let requests = 0;
    const server = await receiver((socket) => {
      socket.on('data', () => {
        requests += 1;
        setTimeout(() => socket.write(OK), 2 * TIMEOUT_MS);
      });
    });
    const sender = senderWith({ connections: 1 });
    const first = sender.send(request(server.port));
    expect(await sender.send(request(server.port, { timeoutMs: TIMEOUT_MS }))).toMatchObject({
      error: 'timeout',
    });
    expect(await first).toMatchObject({ status: 200 });
    expect(await sender.send(request(server.port))).toMatchObject({ status: 200 });
    expect(requests).toBe(2);
    expect(server.connections).toBe(1);
  });

  it('reads no more than 16 KiB and a few packets of an endless body', async () => {
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const server = await receiver((socket) => {
      const pour = (): void => {
        while (socket.writable && socket.write(chunk)) written += chunk.length;
      };
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.on('drain', pour);
        pour();
      });
    });
    const outcome = await senderWith().send(request(server.port));
    expect(outcome).toMatchObject({ kind: 'answered', status: 200, answer: 'x'.repeat(1024) });
    await untilAllAreClosed(server);
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it.each<[string, string | Buffer]>([
    ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['binary garbage', Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x0a])],
    ['a flood of headers', `HTTP/1.1 200 OK\r\n${`x-flood: ${'y'.repeat(1000)}\r\n`.repeat(100)}\r\n`],
    ['interim answers without end', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000)],
    ['an upgrade', 'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n'],
  ])('tells that %s is not the protocol', async (_name, bytes) => {
    expect(await sendTo(answering(bytes))).toMatchObject({ kind: 'failed', error: 'protocol' });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['at once', (socket) => socket.destroy()],
    ['after the request', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    [
      'in the headers',
      (socket) => socket.once('data', () => socket.write('HTTP/1.1 2', () => socket.destroy())),
    ],
    [
      'in the body',
      (socket) =>
        socket.once('data', () =>
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok', () => socket.resetAndDestroy()),
        ),
    ],
    [
      'in a chunked body',
      (socket) =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n9\r\nok'),
        ),
    ],
  ])('tells that the connection was reset %s', async (_name, serve) => {
    expect(await sendTo(serve)).toMatchObject({ kind: 'failed', error: 'connection-reset' });
  });

  it('tells that nothing listens', async () => {
    const server = await receiver(() => undefined);
    const { port } = server;
    await server.stop();
    cleanUps.pop();
    expect(await senderWith().send(request(port))).toMatchObject({ error: 'connection-refused' });
  });

  it('tells that a name does not resolve', async () => {
    const resolve: Resolve = () => Promise.reject(Object.assign(new Error(), { code: 'ENOTFOUND' }));
    const outcome = await senderWith({ resolve }).send(request(1, { url: 'http://no.such.example/' }));
    expect(outcome).toMatchObject({ error: 'dns' });
  });

  it.each([
    '',
    'hook',
    'ftp://127.0.0.1/',
    'http://',
    'http://[::1',
    'http://127.0.0.1:99999/',
    'file:///etc/passwd',
  ])('refuses the address %j', async (url) => {
    expect(await senderWith().send(request(1, { url }))).toMatchObject({ error: 'invalid-request' });
  });

  it.each([
    { 'x-api-key': 'a\r\nx-admin: 1' },
    { 'x y': '1' },
    { 'transfer-encoding': 'chunked' },
    { a: 'ā' },
  ])('refuses the headers %j', async (headers) => {
    const server = await receiver(answering(OK));
    const outcome = await senderWith().send(request(server.port, { headers }));
    expect(outcome).toMatchObject({ error: 'invalid-request' });
    expect(server.connections).toBe(0);
  });
});

describe('WebhookSender: TLS', () => {
  const own = selfSigned('hooks.example.nz');
  const resolve: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

  it('delivers to a host whose certificate is good', async () => {
    const { port } = await receiver(answering(OK), { tls: own });
    const sender = senderWith({ resolve, ca: [own.cert] });
    const outcome = await sender.send(request(port, { url: `https://hooks.example.nz:${port}/` }));
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
  });

  it.each([
    ['vouches only for itself', 'hooks.example.nz', []],
    ['is for another host', 'other.example.nz', [own.cert]],
  ])('delivers nothing when the certificate %s', async (_name, host, ca) => {
    let read = 0;
    const { port } = await receiver((socket) => socket.on('data', (data) => (read += data.length)), {
      tls: own,
    });
    const sender = senderWith({ resolve, ...(ca.length > 0 && { ca }) });
    const outcome = await sender.send(request(port, { url: `https://${host}:${port}/` }));
    expect(outcome).toMatchObject({ kind: 'failed', error: 'tls' });
    expect(read).toBe(0);
  });

  it('tells that a server does not speak it', async () => {
    const { port } = await receiver((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
    );
    const outcome = await senderWith().send(request(port, { url: `https://127.0.0.1:${port}/` }));
    expect(outcome).toMatchObject({ kind: 'failed', error: 'tls' });
  });

  it('ends in time when the handshake hangs', async () => {
    const { port } = await receiver(() => undefined);
    const outcome = await senderWith().send(
      request(port, { url: `https://127.0.0.1:${port}/`, timeoutMs: 150 }),
    );
    expect(outcome).toMatchObject({ kind: 'failed', error: 'timeout' });
  });
});

describe('WebhookSender: ending', () => {
  it('waits for what is in flight and takes nothing more', async () => {
    const sockets: Socket[] = [];
    const { port } = await receiver((socket) => sockets.push(socket));
    const sender = senderWith();
    const sending = sender.send(request(port));
    await eventually('it is connected', () => sockets.length, Boolean);
    const closed = jest.fn();
    const closing = sender.close().then(closed);
    expect(await sender.send(request(port))).toMatchObject({ error: 'aborted' });
    expect(closed).not.toHaveBeenCalled();
    sockets[0]?.once('data', () => sockets[0]?.write(OK));
    expect(await sending).toMatchObject({ status: 200 });
    await closing;
  });

  it('ends what is in flight when told to, wherever it is', async () => {
    const { port } = await receiver(() => undefined);
    const sender = senderWith({ connections: 1 });
    const sendings = [sender.send(request(port)), sender.send(request(port))];
    await new Promise(setImmediate);
    sender.abort();
    expect(await Promise.all(sendings)).toMatchObject([{ error: 'aborted' }, { error: 'aborted' }]);
    await sender.close();
  });
});
