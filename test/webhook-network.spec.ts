import { lookup, type LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import { activation } from './support/activations';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { attemptsOf, notificationsOf } from './support/queue';
import { rowCounts } from './support/rows';
import { itOfSeveralAddresses } from './support/several-addresses';
import { publish } from './support/source-events';
import { Subscriber } from './support/subscriber';
import { TcpServer } from './support/tcp-server';
import { WebhookReceiver } from './support/webhook-receiver';

type Answered = (error: Error | null, addresses: LookupAddress[]) => void;

// The name server of the world outside. What it does not know the system looks up.
jest.mock('node:dns', () => {
  const actual = jest.requireActual<typeof import('node:dns')>('node:dns');
  return { ...actual, lookup: jest.fn(actual.lookup) };
});

/** The only address that webhooks may go to: as if it were a public one. */
const OUTSIDE = '127.0.0.2';
const INSIDE = '127.0.0.1';

/** What names point to, one list after the other, and the last one for ever. */
const names = new Map<string, string[][]>();

let gateway: Gateway;
const cleanUps: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const systemLookup = jest.mocked(lookup).getMockImplementation() as (...args: unknown[]) => void;
  jest.mocked(lookup).mockImplementation(((name: string, options: object, callback: Answered) => {
    const lists = names.get(name);
    if (!lists) return systemLookup(name, options, callback);
    const addresses = (lists.length > 1 ? lists.shift() : lists[0]) ?? [];
    setImmediate(
      callback,
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as typeof lookup);
  gateway = await startGateway({
    env: { WEBHOOK_ALLOWED_NETWORKS: OUTSIDE, WEBHOOK_TIMEOUT_MS: '1000', RETRY_SCHEDULE: '1h' },
  });
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(() => gateway.close());

/** A server that counts who comes, and answers 200. */
async function server(host: string, port = 0, serve = answerOk): Promise<TcpServer> {
  const started = await TcpServer.start(serve, { host, port });
  cleanUps.push(() => started.stop());
  return started;
}

function answerOk(socket: Socket): void {
  socket.once('data', () =>
    socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'),
  );
}

/** Delivers one event to each, and tells what the first attempt at it came to. */
async function attemptsAt(...parties: Party[]) {
  await publish(gateway, activation(parties.map(({ id }) => id)));
  await gateway.settle('fan-out');
  await gateway.deliver();
  return Promise.all(
    parties.map(async ({ subscription }) => {
      const [attempt] = await attemptsOf(gateway.dataSource, subscription);
      const [state] = await notificationsOf(gateway.dataSource, subscription);
      return {
        state: state?.status,
        status: attempt?.status,
        error: attempt?.error,
        answer: attempt?.answer,
      };
    }),
  );
}

function party(callbackUri: string): Promise<Party> {
  return newParty(gateway, { callbackUri, errorStrategy: 'retry' });
}

const REFUSED = { state: 'pending', status: null, error: 'refused-address', answer: null };

describe('an address that is not of the public internet', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://127.0.1:8080/',
    'http://0x7f.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://%31%32%37.0.0.1/',
    'http://１２７.0.0.1/',
    'http://127。0。0。1/',
    'http://0/',
    'http://0.0.0.0/',
    'http://127.0.0.3/',
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://hooks.localhost/',
  ])('is refused when the subscription is made, and nothing is written: %s', async (callbackUri) => {
    const before = await rowCounts(gateway.dataSource);
    const { status, body } = await new Subscriber(gateway, 'party-refused').ask('POST', '/subscriptions', {
      eventType: 'ONTActivation',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri }] },
    });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/notificationChannels/webhook/0/callbackUri' }] },
    });
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('is refused at the connection, too, when the operator has forbidden it since', async () => {
    const inside = await server(INSIDE);
    const to = await party(`http://${OUTSIDE}:${inside.port}/`);
    const address = `http://${INSIDE}:${inside.port}/`;
    await gateway.dataSource.query('UPDATE delivery_channel SET callback_uri = $2 WHERE id = $1', [
      to.channel.id,
      address,
    ]);
    expect(await attemptsAt(to)).toEqual([REFUSED]);
    expect(inside.connections).toBe(0);
  });
});

describe('a name', () => {
  it.each([
    ['loopback', [INSIDE]],
    ['loopback in IPv6', ['::1']],
    ['loopback in IPv6, mapped', ['::ffff:127.0.0.1']],
    ['a private network', ['10.0.0.1', '192.168.0.1']],
    ['the metadata service', ['169.254.169.254']],
  ])('that points to %s is refused at the connection', async (what, addresses) => {
    const inside = await server(INSIDE);
    const name = `${what.replaceAll(/\W/g, '-').toLowerCase()}.example.nz`;
    names.set(name, [addresses]);
    const to = await party(`http://${name}:${inside.port}/`);
    expect(await attemptsAt(to)).toEqual([REFUSED]);
    expect(inside.connections).toBe(0);
  });

  itOfSeveralAddresses(
    'that points to a good address, too, is delivered to there and nowhere else',
    async () => {
      const outside = await server(OUTSIDE);
      const inside = await server(INSIDE, outside.port);
      names.set('mixed.example.nz', [[INSIDE, '::1', OUTSIDE]]);
      const to = await party(`http://mixed.example.nz:${outside.port}/`);
      expect(await attemptsAt(to)).toMatchObject([{ state: 'sent', status: 200 }]);
      expect([outside.connections, inside.connections]).toEqual([1, 0]);
    },
  );

  itOfSeveralAddresses(
    'that changes its answer gains nothing: what was checked is what is connected to',
    async () => {
      const outside = await server(OUTSIDE);
      const inside = await server(INSIDE, outside.port);
      names.set('rebinding.example.nz', [[OUTSIDE], [INSIDE]]);
      const to = await party(`http://rebinding.example.nz:${outside.port}/`);
      expect(await attemptsAt(to)).toMatchObject([{ state: 'sent' }]);
      const again = await party(`http://rebinding.example.nz:${outside.port}/again`);
      expect(await attemptsAt(again)).toEqual([REFUSED]);
      expect([outside.connections, inside.connections]).toEqual([1, 0]);
    },
  );

  it('that is not known is tried again later', async () => {
    names.set('nowhere.example.nz', [[]]);
    expect(await attemptsAt(await party('http://nowhere.example.nz/'))).toMatchObject([
      { state: 'pending', error: 'dns' },
    ]);
  });

  it('tells its owner nothing of where it leads', async () => {
    names.set('spy.example.nz', [['10.9.8.7']]);
    const to = await party('http://spy.example.nz/');
    const { status, body } = await to.subscriber.ask('POST', `/subscriptions/${to.subscription.id}/test`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { results: [{ status: 'fail', error: 'refused-address' }] },
    });
    expect(JSON.stringify(body)).not.toContain('10.9.8.7');
  });
});

describe('a redirect', () => {
  itOfSeveralAddresses.each([301, 302, 303, 307, 308])(
    '(%i) to an address inside is not followed',
    async (status) => {
      const inside = await server(INSIDE);
      const outside = await server(OUTSIDE, 0, (socket) => {
        const location = `http://${INSIDE}:${inside.port}/admin`;
        socket.once('data', () =>
          socket.end(`HTTP/1.1 ${status} Over there\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`),
        );
      });
      const to = await party(`http://${OUTSIDE}:${outside.port}/`);
      expect(await attemptsAt(to)).toMatchObject([{ state: 'fail', status }]);
      expect([outside.connections, inside.connections]).toEqual([1, 0]);
    },
  );
});

describe('a receiver that does not end', () => {
  /** Pours the same out as fast as it is read. @returns how much was read */
  async function pouring(
    head: string,
    chunk: string,
  ): Promise<{ to: Party; poured: () => number; at: TcpServer }> {
    let poured = 0;
    const at = await server(OUTSIDE, 0, (socket) => {
      const pour = (): void => {
        while (socket.writable && socket.write(chunk)) poured += chunk.length;
      };
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(head);
        socket.on('drain', pour);
        pour();
      });
    });
    return { to: await party(`http://${OUTSIDE}:${at.port}/`), poured: () => poured, at };
  }

  itOfSeveralAddresses(
    'its answer is taken by its status and cut off, its headers are not taken',
    async () => {
      const body = await pouring('HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(64 * 1024));
      const headers = await pouring('HTTP/1.1 200 OK\r\n', `x-more: ${'y'.repeat(8000)}\r\n`);
      const interim = await pouring('', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100));
      expect(await attemptsAt(body.to, headers.to, interim.to)).toEqual([
        { state: 'sent', status: 200, error: null, answer: 'x'.repeat(1024) },
        { state: 'pending', status: null, error: 'protocol', answer: null },
        { state: 'pending', status: null, error: 'protocol', answer: null },
      ]);
      for (const { poured, at } of [body, headers, interim]) {
        await eventually(
          'the connection is closed',
          () => at.openConnections,
          (open) => open === 0,
        );
        expect(poured()).toBeLessThan(16 * 1024 * 1024);
      }
    },
  );
});

it('what the operator allows is delivered to', async () => {
  const receiver = await WebhookReceiver.start();
  cleanUps.push(() => receiver.close());
  const allowing = await startGateway({
    env: { WEBHOOK_ALLOWED_NETWORKS: `${INSIDE}/32,::1/128` },
    databaseUrl: gateway.databaseUrl,
  });
  const to = await newParty(allowing, { callbackUri: receiver.url });
  await publish(allowing, activation([to.id]));
  await allowing.settle('fan-out');
  await allowing.deliver();
  expect(receiver.received).toHaveLength(1);
  await allowing.close();
});
