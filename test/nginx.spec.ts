import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import { Readiness } from '../src/health/readiness';
import { describeWith } from './support/describe-with';
import { eventually } from './support/eventually';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { type Answer, ask, send } from './support/http';
import { INSTALL_NGINX, Nginx, nginxPath } from './support/nginx';
import { notification } from './support/notification';
import { itOfSeveralAddresses } from './support/several-addresses';
import { serve } from './support/small-server';
import { Subscriber, subscriptionTo } from './support/subscriber';

const NGINX = { path: nginxPath, missing: `there is no nginx here: ${INSTALL_NGINX}` };

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Stands where a replica stands. */
class Stand {
  readonly seen: IncomingMessage[] = [];
  readonly ports = new Set<number | undefined>();
  behave: Handler = (_request, response) => response.end('{}');
  private server: Awaited<ReturnType<typeof serve>> | undefined;

  static async open(): Promise<Stand> {
    const stand = new Stand();
    stand.server = await serve((asked, response) => void stand.take(asked, response));
    return stand;
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  /** When nginx has sent all of it. */
  private async take(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    await text(asked);
    this.seen.push(asked);
    this.ports.add(asked.socket.remotePort);
    this.behave(asked, response);
  }
}

function post(url: string, body = '{}', headers: Record<string, string> = {}): Promise<Answer> {
  return ask(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
}

describeWith(NGINX, 'nginx before two stand-ins', () => {
  let well: Stand;
  let ill: Stand;
  let nginx: Nginx;

  beforeEach(async () => {
    [well, ill] = await Promise.all([Stand.open(), Stand.open()]);
    nginx = await Nginx.start([well.url, ill.url]);
  });
  afterEach(async () => {
    await nginx?.stop();
    await Promise.all([well.close(), ill.close()]);
  });

  const SAFE = ['/spg/notification', '/itas-events/messages', '/tuatahi/events', '/Tuatahi/Events/'];

  it.each(SAFE)('asks the other one when a connection breaks that %s was sent on', async (path) => {
    ill.behave = ({ socket }) => socket.destroy();
    for (let n = 0; n < 4; n += 1) expect((await post(nginx.url + path)).status).toBe(200);
    expect([well.seen.length, ill.seen.length > 0]).toEqual([4, true]);
  });

  const UNSAFE = [
    '/tuatahi/subscriptions',
    '/tuatahi/notifications/replay',
    '/followup-booking/work-orders/1/followup',
  ];

  it.each(UNSAFE)('never sends %s to a second one, and says that nobody knows', async (path) => {
    for (const stand of [well, ill]) stand.behave = ({ socket }) => socket.destroy();
    const answer = await post(nginx.url + path);
    expect(well.seen.length + ill.seen.length).toBe(1);
    expect(answer).toMatchObject({
      status: 502,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '1' },
      body: { type: 'urn:problem-type:karere:unavailable', status: 502, instance: path },
    });
    expect(answer.headers['x-transaction-id']).toMatch(UUID);
  });

  it('sends anything to the other one when the first one is not there', async () => {
    await ill.close();
    for (let n = 0; n < 6; n += 1) {
      expect((await post(`${nginx.url}/tuatahi/subscriptions`)).status).toBe(200);
    }
    expect(well.seen).toHaveLength(6);
  });

  it('says where a 503 costs nobody an answer, and nowhere else, whatever a client says', async () => {
    const marked = async (method: 'GET' | 'PUT' | 'DELETE' | 'POST' | 'PATCH', path: string) => {
      await ask(nginx.url + path, { method, headers: { 'x-retry-elsewhere': 'yes' } });
      return [well, ill].flatMap(({ seen }) => seen.splice(0)).at(0)?.headers['x-retry-elsewhere'];
    };
    expect(await marked('GET', '/tuatahi/subscriptions')).toBe('yes');
    expect(await marked('PUT', '/followup-booking/calendars/x')).toBe('yes');
    expect(await marked('DELETE', '/tuatahi/subscriptions/x')).toBe('yes');
    expect(await marked('POST', '/spg/notification')).toBe('yes');
    expect(await marked('POST', '/tuatahi/subscriptions')).toBeUndefined();
    expect(await marked('PATCH', '/tuatahi/subscriptions/x')).toBeUndefined();
  });

  it('leaves out one that has said 503 three times, also for what it could not have repeated', async () => {
    ill.behave = (_request, response) => response.writeHead(503).end();
    for (let n = 0; n < 8; n += 1) {
      expect((await post(`${nginx.url}/spg/notification`)).status).toBe(200);
    }
    // And once more after two seconds, should this machine be so slow.
    expect(ill.seen.length).toBeLessThan(5);
    for (let n = 0; n < 8; n += 1) {
      expect((await post(`${nginx.url}/tuatahi/subscriptions`)).status).toBe(200);
    }
    expect(ill.seen.length).toBeLessThan(5);
  });

  it('keeps connections to the replicas', async () => {
    for (let n = 0; n < 20; n += 1) await ask(`${nginx.url}/spg/work-orders`);
    expect(well.seen.length + ill.seen.length).toBe(20);
    // Each of its processes keeps its own.
    expect(well.ports.size + ill.ports.size).toBeLessThan(12);
  });

  it('refuses headers that are too large by itself, as a replica would, and thinks none the worse of the replicas', async () => {
    const big = async (path: string, headers: Record<string, string>) => ask(nginx.url + path, { headers });
    for (let n = 0; n < 8; n += 1) {
      for (const answer of [
        await big('/x', { cookie: 'x'.repeat(20_000) }),
        await big(`/${'x'.repeat(9000)}`, {}),
      ]) {
        expect(answer).toMatchObject({
          status: 431,
          headers: {
            'content-type': 'application/problem+json',
            'x-transaction-id': expect.any(String) as string,
          },
          body: { type: 'urn:problem-type:karere:headers-too-large', status: 431 },
        });
      }
    }
    expect(well.seen.length + ill.seen.length).toBe(0);
    // As much as it lets through, and what it adds to that.
    const most = { cookie: 'c'.repeat(6800), 'x-forwarded-for': '1'.repeat(6800) };
    expect((await big('/spg/work-orders', most)).status).toBe(200);
  });

  it('passes the events of a stream on as they come', async () => {
    for (const stand of [well, ill]) {
      stand.behave = (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 1\n\n');
      };
    }
    const { body } = await request(`${nginx.url}/domain-events/stream`);
    for await (const chunk of body) {
      expect(String(chunk)).toBe('id: 1\n\n');
      break;
    }
  });

  it('shows probes and metrics to nobody outside, however they are written', async () => {
    for (const path of [
      '/metrics',
      '/Metrics/',
      '/%6detrics',
      '/health/live',
      '/x/..//health/ready',
      '/HEALTH',
    ]) {
      expect(await ask(nginx.url + path)).toMatchObject({
        status: 404,
        body: { type: 'urn:problem-type:karere:not-served-here' },
      });
    }
    expect(well.seen.length + ill.seen.length).toBe(0);
    expect((await ask(`${nginx.url}/healthy`)).status).toBe(200);
  });

  it('writes a line for each request, without headers and query', async () => {
    await post(`${nginx.url}/tuatahi/events?secret=1`, '{"secret":2}', {
      'x-transaction-id': 'mine',
      'x-api-key': 'secret',
    });
    const line = await eventually(
      'the line is there',
      () => nginx.accessLog(),
      (log) => log.includes('mine'),
    );
    expect(JSON.parse(line)).toMatchObject({
      transactionId: 'mine',
      client: '127.0.0.1',
      method: 'POST',
      path: '/tuatahi/events',
      status: 200,
      upstreamStatus: '200',
    });
    expect(line).not.toContain('secret');
  });
});

describeWith(NGINX, 'nginx before two replicas', () => {
  let replicas: Gateway[];
  let nginx: Nginx;

  beforeAll(async () => {
    const env = { TRUST_PROXY: '1', RATE_LIMIT_PER_SECOND: '40' };
    const first = await startGateway({ env });
    replicas = [first, await startGateway({ env, databaseUrl: first.databaseUrl })];
    nginx = await Nginx.start(replicas.map(({ url }) => url));
  });
  afterAll(async () => {
    await nginx?.stop();
    for (const replica of replicas.toReversed()) await replica.close();
  });

  /** Their lines of the access log with this transaction id. */
  function linesOf(transactionId: string): Record<string, unknown>[] {
    return replicas.flatMap(({ logs }) =>
      logs.filter((line) => line['transactionId'] === transactionId && line['msg'] === 'request'),
    );
  }

  it('gives each request an id, or leaves it its own, which the replicas take over', async () => {
    const given = await send(nginx, notification('AddTaskNotify', { eventId: '1' }));
    expect(given.headers['x-transaction-id']).toMatch(UUID);
    const own = await send(nginx, notification('AddTaskNotify', { eventId: '1' }), {
      'x-transaction-id': 'own',
    });
    expect(own.headers['x-transaction-id']).toBe('own');
    for (const { headers } of [given, own]) {
      const id = String(headers['x-transaction-id']);
      expect(
        await eventually(
          'it is logged',
          () => linesOf(id),
          ({ length }) => length > 0,
        ),
      ).toHaveLength(1);
    }
  });

  /** Asks from another address of this machine, as often as that. @returns the statuses */
  async function from(localAddress: string, transactionId: string, times = 1): Promise<number[]> {
    const dispatcher = new Agent({ localAddress, connections: 32 });
    const headers = { 'x-transaction-id': transactionId, 'x-forwarded-for': '192.0.2.99' };
    const statuses = await Promise.all(
      Array.from({ length: times }, async () => {
        const { statusCode, body } = await request(`${nginx.url}/nothing`, { dispatcher, headers });
        await body.dump();
        return statusCode;
      }),
    );
    await dispatcher.close();
    return statuses;
  }

  itOfSeveralAddresses('tells the replicas who asks, and believes nobody who tells it himself', async () => {
    await Promise.all([from('127.0.0.2', 'two'), from('127.0.0.3', 'three')]);
    const clients = await eventually(
      'both are logged',
      () => [...linesOf('two'), ...linesOf('three')].map(({ client }) => client),
      ({ length }) => length === 2,
    );
    expect(clients).toEqual(['127.0.0.2', '127.0.0.3']);
  });

  itOfSeveralAddresses('so that who asks too often takes nothing from others', async () => {
    // In ten seconds they would be let through.
    expect(await from('127.0.0.4', 'wild', 800)).toContain(429);
    expect(await from('127.0.0.5', 'calm')).toEqual([404]);
  });

  it('refuses what is too large as they would', async () => {
    const most = 1024 * 1024;
    const headers = { 'x-api-key': SPG_KEY };
    // As much as may be, though it is not what it should be.
    expect((await post(`${nginx.url}/spg/notification`, `{${' '.repeat(most - 2)}}`, headers)).status).toBe(
      400,
    );
    const direct = await post(`${replicas[0]?.url}/spg/notification`, `{${' '.repeat(most - 1)}}`, headers);
    const refused = await post(`${nginx.url}/spg/notification`, `{${' '.repeat(most - 1)}}`, headers);
    expect([direct.status, refused.status]).toEqual([413, 413]);
    expect(refused.body).toEqual(direct.body);
    expect(refused.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'x-transaction-id': expect.stringMatching(UUID) as string,
    });
  });

  it('loses nothing when one of them is told to stop: the other one gets all of it', async () => {
    const [stopping, other] = replicas;
    stopping?.app.get(Readiness).drain();
    const owner = new Subscriber({
      url: nginx.url,
      token: () => other?.token({ partyId: 'owner' }) ?? Promise.reject(new Error()),
    });
    const statuses: number[] = [];
    for (let eventId = 2; eventId < 10; eventId += 1) {
      const body = notification('AddTaskNotify', { eventId: String(eventId) });
      statuses.push((await send(nginx, body)).status);
    }
    statuses.push((await owner.ask('POST', '/subscriptions', subscriptionTo('http://127.0.0.1:9'))).status);
    statuses.push((await owner.ask('GET', '/subscriptions')).status);
    expect(statuses).toEqual([...Array<number>(8).fill(200), 201, 200]);
    const refused = stopping?.logs.filter(({ msg, status }) => msg === 'request' && status === 503);
    // It was asked no more than three times, or four, should this machine be slow.
    expect(refused?.length).toBeGreaterThan(2);
    expect(refused?.length).toBeLessThan(5);
  });
});
