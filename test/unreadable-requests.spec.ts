import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { exampleOf } from '../src/spg/dto/examples';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { rowCounts } from './support/rows';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

interface Refusal {
  readonly head: string;
  readonly problem: object;
}

async function connected(): Promise<Socket> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** What is answered to bytes, until the connection is closed. */
async function answerTo(...chunks: readonly string[]): Promise<Refusal> {
  return answerOn(await connected(), ...chunks);
}

async function answerOn(socket: Socket, ...chunks: readonly string[]): Promise<Refusal> {
  for (const chunk of chunks) socket.write(chunk);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n', 2);
  return { head, problem: JSON.parse(body) as object };
}

const GOOD = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

const UNREADABLE: readonly [name: string, bytes: string, status: number, slug: string][] = [
  [
    'a flood of headers',
    `GET /health/live HTTP/1.1\r\nHost: x\r\n${'X-Flood: flood\r\n'.repeat(2000)}\r\n`,
    431,
    'headers-too-large',
  ],
  [
    'one header that is too long',
    `GET /health/live HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'headers-too-large',
  ],
  [
    'a path that is too long',
    `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    431,
    'headers-too-large',
  ],
  ['what is not HTTP', 'EHLO karere\r\n\r\n', 400, 'malformed-request'],
  ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000', 400, 'malformed-request'],
  [
    'two lengths',
    'POST /spg/notification HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    400,
    'malformed-request',
  ],
  [
    'a length and chunks',
    'POST /spg/notification HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
    'malformed-request',
  ],
];

it.each(UNREADABLE)(
  '%s is answered by a problem, and the connection is closed',
  async (_case, bytes, status, slug) => {
    expectRefusal(await answerTo(bytes), status, slug);
  },
);

// So it comes from balancers, which keep their connections: one that is cut says to them that we are not well.
it.each(UNREADABLE)(
  '%s is also after a good request on the same connection',
  async (_case, bytes, ...refusal) => {
    const socket = await connected();
    socket.write(GOOD);
    const [good] = (await once(socket, 'data')) as [Buffer];
    expect(good.toString()).toMatch(/^HTTP\/1.1 200 [^]*"live"/);
    expectRefusal(await answerOn(socket, bytes), ...refusal);
  },
);

it('what comes while another answer is still owed is not answered: that would be taken for the other one', async () => {
  const socket = await connected();
  socket.write(`${GOOD}EHLO karere\r\n\r\n`);
  expect(await text(socket)).not.toContain('malformed-request');
});

function expectRefusal({ head, problem }: Refusal, status: number, slug: string): void {
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head).toContain('Content-Type: application/problem+json');
  expect(head).toMatch(/X-Transaction-Id: \S+/);
  expect(problem).toMatchObject({ type: `urn:problem-type:karere:${slug}`, status });
}

it('a body in chunks that are none is refused, and nothing of it is written', async () => {
  const before = await rowCounts(gateway.dataSource);
  const head = `POST /spg/notification HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${SPG_KEY}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const body = JSON.stringify(exampleOf('CreateWorkOrderNotify'));
  const { problem } = await answerTo(head, `${body.length.toString(16)}\r\n${body}\r\n`, 'zz\r\n');
  expect(problem).toMatchObject({ status: 400 });
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
});

it('requests have a time in which they have to come', () => {
  const server = gateway.app.getHttpServer();
  expect([server.headersTimeout, server.requestTimeout]).toEqual([15_000, 60_000]);
});
