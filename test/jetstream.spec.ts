import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConsumerRegistry } from '../src/events/consumer-registry';
import { append } from './support/append';
import { createDatabase, dropDatabase } from './support/database';
import { eventsOf } from './support/events';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { read, send } from './support/http';
import { behind, healthOf, JetStreamScene, publishOnce, upTo } from './support/jetstream-scene';
import { findLastingPort } from './support/lasting-port';
import { metricOf } from './support/metrics';
import { NatsReader } from './support/nats-reader';
import { NatsServer } from './support/nats-server';
import { notification } from './support/notification';
import { selfSigned } from './support/self-signed';
import { makeTempFolder } from './support/temp-folder';
import { withNatsServer } from './support/with-nats-server';

/** Larger than `max_payload` below. */
const LARGE = 'x'.repeat(10_000);

async function parked(gateway: Gateway): Promise<Record<string, unknown>[]> {
  return (await read(gateway, '/domain-events/parked')).body['items'] as Record<string, unknown>[];
}

describe('a gateway without NATS_URL', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  it('has no such consumer, no cursor and no metrics of it', async () => {
    await gateway.settle();
    expect(gateway.app.get(ConsumerRegistry).named('jetstream')).toBeUndefined();
    expect(await behind(gateway)).toBe(Infinity);
    expect(await healthOf(gateway)).toBeUndefined();
    expect(await metricOf(gateway, 'karere_jetstream_connected')).toBeUndefined();
  });
});

withNatsServer('domain events on JetStream', () => {
  let scene: JetStreamScene;
  let gateway: Gateway;
  let reader: NatsReader;

  beforeAll(async () => {
    scene = await JetStreamScene.open({
      settings: 'max_payload: 8192',
      env: { NATS_REPLICAS: '1', NATS_MAX_AGE_DAYS: '7', NATS_DUPLICATE_WINDOW_MS: '90000' },
    });
    ({ gateway } = scene);
    reader = await scene.reader();
  });
  afterAll(() => scene.close());

  it('come to a stream that is made as configured', async () => {
    await append(gateway, 'first');
    expect(await scene.published()).toEqual([1]);
    expect(await reader.settings()).toMatchObject({
      name: 'KARERE',
      subjects: ['karere.>'],
      retention: 'limits',
      storage: 'file',
      discard: 'old',
      num_replicas: 1,
      max_age: 7 * 86_400e9,
      duplicate_window: 90e9,
    });
    expect(gateway.logs.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['connected to NATS', 'stream created']),
    );
  });

  it('come once each and in order, as CloudEvents under their type and their id', async () => {
    for (const eventId of ['7', '9', '8']) await send(gateway, notification('AddTaskNotify', { eventId }));
    await gateway.settle();
    await append(gateway, ...Array.from({ length: 450 }, (_, n) => `many-${n}`));
    await scene.published();
    const events = await eventsOf(gateway);
    const messages = await reader.messages();

    expect(messages.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(messages.length).toBeGreaterThan(450);
    for (const [index, { event, subject, contentType, late }] of messages.entries()) {
      const { type, position, data, source, time, correlationId } = events[index] ?? {};
      expect({ subject, contentType, late }).toEqual({
        subject: `karere.${type}`,
        contentType: 'application/cloudevents+json',
        late: false,
      });
      expect(event.toJSON()).toMatchObject({
        specversion: '1.0',
        type,
        source,
        time,
        position: String(position),
        data,
        ...(correlationId && { correlationid: correlationId }),
      });
    }
    expect(new Set(messages.map(({ subject }) => subject))).toContain('karere.spg.task.added');
  });

  it('are told of in health and metrics', async () => {
    const last = (await eventsOf(gateway)).length;
    expect(await healthOf(gateway)).toEqual({
      stream: 'KARERE',
      connected: true,
      lastSequence: last,
      lastPosition: last,
    });
    expect(await metricOf(gateway, 'karere_jetstream_events_total{outcome="published"}')).toBe(last);
    expect(await metricOf(gateway, 'karere_jetstream_connected')).toBe(1);
    expect(await metricOf(gateway, 'karere_jetstream_failing')).toBe(0);
    expect(await metricOf(gateway, 'karere_jetstream_last_sequence')).toBe(last);
    expect(await metricOf(gateway, 'karere_consumer_lag_events{consumer="jetstream"}')).toBe(0);
  });

  it('are parked when they are larger than the server takes, and the others go on', async () => {
    const before = (await eventsOf(gateway)).length;
    await append(gateway, 'small', LARGE, 'smaller');
    const positions = await scene.published();
    expect(positions.slice(before)).toEqual([before + 1, before + 3]);
    expect(await parked(gateway)).toMatchObject([
      {
        consumer: 'jetstream',
        position: String(before + 2),
        error: expect.stringMatching(
          /^MessageTooLarge: 2\d{4} bytes are more than NATS takes \(max_payload 8192, /,
        ) as string,
      },
    ]);
  });

  it('that were parked can be retried, and come late, marked and once', async () => {
    const [{ id, position } = {}] = await parked(gateway);
    const retry = `/domain-events/parked/${String(id)}/retry`;
    expect((await read(gateway, retry, { method: 'POST' })).status).toBe(409);

    await scene.nats.configure('');
    await scene.nats.kill();
    await scene.nats.start();
    reader = await scene.reader();
    await eventually(
      'it is retried',
      () => read(gateway, retry, { method: 'POST' }),
      ({ status }) => status === 204,
    );
    expect((await reader.messages()).at(-1)).toMatchObject({ late: true, event: { position } });

    // Whoever looks for the end of the stream is not misled by it.
    await append(gateway, 'after');
    const replica = await scene.replica();
    const positions = await scene.published(replica);
    expect(positions.slice(-3)).toEqual([positions.length - 1, Number(position), positions.length]);
    expect(positions.toSorted((a, b) => a - b)).toEqual(upTo(positions.length));
    expect(await parked(gateway)).toEqual([]);
  });
});

withNatsServer('a stream that is not as it should be', () => {
  let nats: NatsServer;
  let reader: NatsReader;
  let gateway: Gateway;
  let scene: JetStreamScene;

  beforeAll(async () => {
    scene = await JetStreamScene.open();
    ({ nats, gateway } = scene);
    reader = await scene.reader();
    await append(gateway, 'waits');
  });
  afterAll(() => scene.close());
  afterEach(() => reader.manager.streams.delete('KARERE').catch(() => undefined));

  it.each([
    [{ subjects: ['karere.spg.>'] }, 'its subjects are karere.spg.>, and karere.> has to be one'],
    [
      { subjects: ['karere.>'], retention: 'workqueue' as const },
      'its retention is workqueue, which takes away what was read; it has to be limits',
    ],
    [
      { subjects: ['karere.>'], retention: 'interest' as const },
      'its retention is interest, which takes away what was read; it has to be limits',
    ],
    [{ subjects: ['karere.>'], no_ack: true }, 'it acknowledges nothing (no_ack)'],
    [{ mirror: { name: 'OTHER' } }, 'it is a mirror of another stream'],
  ])('for it has %j, is named and left alone', async (settings, problem) => {
    await reader.manager.streams.add({ name: 'KARERE', ...settings });
    const before = await reader.settings();
    expect(await publishOnce(gateway)).toMatchObject({ kind: 'away' });
    const text = `the stream KARERE can not be used: ${problem}`;
    expect(await healthOf(gateway)).toMatchObject({ connected: true, error: text });
    expect(await metricOf(gateway, 'karere_jetstream_failing')).toBe(1);
    expect(gateway.logs.findLast(({ level }) => level === 'error')).toMatchObject({
      msg: 'events can not be published to the stream',
      err: { message: text },
    });
    expect(await reader.settings()).toEqual(before);
    expect(await behind(gateway)).toBe(1);
    expect(await parked(gateway)).toEqual([]);
  });

  it('for its subjects are those of another one, is named', async () => {
    await reader.manager.streams.add({ name: 'THEIRS', subjects: ['karere.spg.>'] });
    expect(await publishOnce(gateway)).toMatchObject({ kind: 'away' });
    expect(await healthOf(gateway)).toMatchObject({
      error: 'NATS can not create the stream KARERE: subjects overlap with an existing stream',
    });
    await reader.manager.streams.delete('THEIRS');
  });

  it('but can be used, is used and left as it is, and the differences are told', async () => {
    await reader.manager.streams.add({
      name: 'KARERE',
      subjects: ['karere.>', 'other'],
      storage: 'memory',
      max_age: 3600e9,
      max_msgs: 500,
    });
    const before = await reader.settings();
    expect(await scene.published()).toEqual([1]);
    const differences = [
      'storage is memory: messages are lost when its server stops',
      'max_age is 3600 s, not 7776000 s',
      'max_msgs is 500',
    ];
    expect(await healthOf(gateway)).toEqual({
      stream: 'KARERE',
      connected: true,
      lastSequence: 1,
      lastPosition: 1,
      differences,
    });
    expect(gateway.logs).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        msg: 'the stream has other settings than configured; it is left so',
        different: differences,
      }),
    );
    expect(await reader.settings()).toEqual(before);
  });

  it('for there are too few servers, is named', async () => {
    const other = await startGateway({ env: { NATS_URL: nats.url, NATS_REPLICAS: '3' } });
    await append(other, 'waits');
    expect(await publishOnce(other)).toMatchObject({ kind: 'away' });
    expect(await healthOf(other)).toMatchObject({
      error: 'NATS can not create the stream KARERE: replicas > 1 not supported in non-clustered mode',
    });
    await other.close();
  });
});

withNatsServer('NATS that is away', () => {
  it('at start costs nothing but time: the log keeps everything, and health says so', async () => {
    const nats = await NatsServer.prepare();
    const gateway = await startGateway({ env: { NATS_URL: nats.url } });
    gateway.app.get(ConsumerRegistry).named('jetstream')?.start?.();
    await append(gateway, ...Array.from({ length: 10 }, (_, n) => `early-${n}`));
    for (let times = 0; times < 8; times += 1) {
      expect(await publishOnce(gateway)).toMatchObject({ kind: 'away' });
    }

    const error = 'NATS can not be reached: connection refused';
    expect(await healthOf(gateway)).toEqual({
      stream: 'KARERE',
      connected: false,
      failingSince: expect.any(String) as string,
      error,
    });
    expect(await metricOf(gateway, 'karere_jetstream_connected')).toBe(0);
    expect(await metricOf(gateway, 'karere_consumer_lag_events{consumer="jetstream"}')).toBe(10);
    expect(await metricOf(gateway, 'karere_consumer_failed_attempts{consumer="jetstream"}')).toBe(0);
    expect((await read(gateway, '/health/ready')).status).toBe(200);
    expect(await parked(gateway)).toEqual([]);

    await nats.start();
    await eventually(
      'it catches up',
      async () => (await gateway.settle('jetstream'), behind(gateway)),
      (lag) => lag === 0,
    );
    const reader = await NatsReader.connect(nats.url);
    expect(await reader.positions()).toEqual(upTo(10));
    expect(await healthOf(gateway)).not.toHaveProperty('error');
    await reader.close();
    await gateway.close();
    await nats.stop();
  });

  it('is reached at another server of the list', async () => {
    const nats = await NatsServer.start();
    const nowhere = `nats://127.0.0.1:${await findLastingPort()}`;
    const gateway = await startGateway({ env: { NATS_URL: `${nowhere},${nats.url}` } });
    await append(gateway, 'a');
    await gateway.settle('jetstream');
    expect(await behind(gateway)).toBe(0);
    await gateway.close();
    await nats.stop();
  });
});

withNatsServer('credentials of NATS', () => {
  const password = 'a-password-of-nats/with@signs';
  const token = 'a-token-of-nats-that-nobody-else-may-see';
  let nats: NatsServer;
  let databaseUrl: string;

  beforeAll(async () => {
    nats = await NatsServer.start(`authorization { users [ { user: karere, password: "${password}" } ] }`);
    databaseUrl = await createDatabase();
  });
  afterAll(async () => {
    await nats.stop();
    await dropDatabase(databaseUrl);
  });

  /** @returns the gateway's last word on it, after it has closed */
  async function tryWith(env: Record<string, string>): Promise<unknown> {
    const gateway = await startGateway({ env: { LOG_LEVEL: 'trace', ...env }, databaseUrl });
    await append(gateway, 'a');
    await publishOnce(gateway);
    const health = await healthOf(gateway);
    const lag = await behind(gateway);
    await gateway.close();
    const told = JSON.stringify([health, gateway.logs]);
    for (const secret of [password, encodeURIComponent(password), token]) expect(told).not.toContain(secret);
    return lag === 0 ? 'published' : health?.['error'];
  }

  function urlWith(credentials: string): string {
    return nats.url.replace('//', `//${credentials}@`);
  }

  it('let it in, or not, and stand in no log', async () => {
    expect(await tryWith({ NATS_URL: urlWith(`karere:${encodeURIComponent(password)}`) })).toBe('published');
    const refused = /^NATS can not be reached: .*Authorization Violation/i;
    expect(await tryWith({ NATS_URL: urlWith(`karere:${token}`) })).toMatch(refused);
    expect(await tryWith({ NATS_URL: nats.url, NATS_TOKEN: token })).toMatch(refused);
    expect(await tryWith({ NATS_URL: nats.url, NATS_CREDS_FILE: '/nowhere/to.creds' })).toMatch(
      /^NATS can not be reached: ENOENT/,
    );
  });

  it('can be a token, also in the URL', async () => {
    await nats.kill();
    await nats.configure(`authorization { token: "${token}" }`);
    await nats.start();
    expect(await tryWith({ NATS_URL: urlWith(token) })).toBe('published');
  });

  it('are not shown to a server that can not be trusted', async () => {
    const folder = await makeTempFolder();
    const { cert, key } = selfSigned('localhost');
    await writeFile(join(folder, 'cert.pem'), cert);
    await writeFile(join(folder, 'key.pem'), key);
    await nats.kill();
    await nats.configure(`tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem" }`);
    await nats.start();
    // Newer versions of Node say more.
    expect(await tryWith({ NATS_URL: urlWith(token).replace('nats:', 'tls:') })).toMatch(
      /^NATS can not be reached: self-signed certificate/,
    );
    await rm(folder, { recursive: true });
  });
});
