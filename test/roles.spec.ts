import { rm } from 'node:fs/promises';
import { developmentToken } from './support/bearer-token';
import { createDatabase, dropDatabase } from './support/database';
import { DEVELOPMENT } from '../src/development';
import { eventually } from './support/eventually';
import { GatewayProcess } from './support/gateway-process';
import { ask } from './support/http';
import { notification } from './support/notification';
import { Subscriber, subscriptionTo } from './support/subscriber';
import { SpgReader } from './support/spg-reader';
import { makeTempFolder } from './support/temp-folder';
import { WebhookReceiver } from './support/webhook-receiver';

/** An API and, later, two workers: processes of their own on one database. */
let databaseUrl: string;
let folder: string;
let receiver: WebhookReceiver;
let api: string;
let subscriber: Subscriber;
const processes: GatewayProcess[] = [];

beforeAll(async () => {
  [databaseUrl, folder, receiver] = await Promise.all([
    createDatabase(),
    makeTempFolder(),
    WebhookReceiver.start(),
  ]);
  api = await start('api');
  subscriber = new Subscriber({ url: api, token: () => developmentToken() });
});
afterAll(async () => {
  await Promise.all(processes.map((each) => each.stop()));
  await receiver.close();
  await dropDatabase(databaseUrl);
  await rm(folder, { recursive: true });
});

/** @returns its URL */
function start(role: 'api' | 'worker'): Promise<string> {
  const env = { ROLE: role, DATABASE_URL: databaseUrl, SPG_GAP_GRACE_MS: '0' };
  const process = new GatewayProcess({ dataDir: folder, env });
  processes.push(process);
  return process.ready();
}

async function send(eventId: number, url = api): Promise<number> {
  const { status } = await ask(`${url}/spg/notification`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': DEVELOPMENT.spgApiKey },
    body: JSON.stringify(notification('AddTaskNotify', { eventId: String(eventId) })),
  });
  return status;
}

async function consumersSeenBy(url: string): Promise<unknown> {
  return (await ask(`${url}/health/ready`)).body['consumers'];
}

describe('a replica for the API alone', () => {
  it('accepts, also subscriptions, and consumes nothing itself', async () => {
    await subscriber.subscribe(subscriptionTo(`${receiver.url}/told`));
    expect([await send(1), await send(2)]).toEqual([200, 200]);
    // Not even a cursor: no consumer of it has ever run.
    expect(await consumersSeenBy(api)).toEqual([]);
  });

  it('sends a sample, for which somebody waits', async () => {
    const { id } = await subscriber.subscribe(subscriptionTo(`${receiver.url}/sample`));
    const { status, body } = await subscriber.ask('POST', `/subscriptions/${id}/test`, {});
    expect([status, body['results']]).toEqual([200, [expect.objectContaining({ status: 'sent' })]]);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/sample']);
  });
});

describe('workers', () => {
  let workers: string[];

  beforeAll(async () => {
    workers = await Promise.all([start('worker'), start('worker')]);
  });

  it('deliver what an API has accepted, before they came and since, once', async () => {
    await send(3);
    const told = await eventually(
      'three notifications have come',
      () => receiver.received.filter(({ path }) => path === '/told'),
      ({ length }) => length >= 3,
    );
    expect(told.map(({ body }) => body.eventId).toSorted()).toEqual(['1', '2', '3']);
  });

  it('answer probes and scrapes, and nothing of the API', async () => {
    for (const url of workers) {
      for (const path of ['/health/live', '/health/ready', '/metrics']) {
        expect((await ask(url + path)).status).toBe(200);
      }
      expect(await send(4, url)).toBe(404);
      for (const path of ['/docs', '/docs-json', '/tuatahi/subscriptions', '/domain-events']) {
        expect((await ask(url + path)).status).toBe(404);
      }
    }
  });

  it('do what is scheduled once, however many they are', async () => {
    const { id } = await subscriber.subscribe({
      ...subscriptionTo(`${receiver.url}/gaps`),
      eventType: 'spg.gap.confirmed',
    });
    // Every other number is missing: ten gaps, each of which a job of both workers confirms within a second.
    for (let eventId = 11; eventId <= 29; eventId += 2) expect(await send(eventId)).toBe(200);
    const reader = new SpgReader(api, await developmentToken('spg:read'));
    await eventually(
      'all gaps are confirmed',
      () => reader.gaps('confirmed'),
      ({ length }) => length === 10,
    );
    const { body } = await eventually(
      'all of it is told',
      () => subscriber.ask('GET', `/subscriptions/${id}/sequence`),
      ({ body: { ranges } }) => JSON.stringify(ranges) === '[{"from":"1","to":"10","status":"sent"}]',
    );
    expect(body['head']).toBe('10');
  });
});
