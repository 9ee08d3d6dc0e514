import { queueActivations } from './support/activations';
import { type Gateway, startGateway } from './support/gateway';
import { findLastingPort } from './support/lasting-port';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { makeAllDue, notificationsOf } from './support/queue';
import { refuseRows } from './support/refuse-rows';
import { verifySignature, WebhookReceiver } from './support/webhook-receiver';

const DAY_MS = 86_400_000;
const OLD_KEY = Buffer.alloc(32, 'old').toString('base64');
const NEW_KEY = Buffer.alloc(32, 'new').toString('base64');
const PASSWORD = 'pā-of-the-tūī "and" more\\';
const API_KEY = 'key-of-the-kereru';
const USERNAME = 'karere-the-messenger';

let gateway: Gateway;
let receiver: WebhookReceiver;
const others: Gateway[] = [];
/** All signing secrets that there have been. */
const signing: string[] = [];

const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
  jest.spyOn(console, method),
);

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  gateway = await startGateway({ env: { ENCRYPTION_KEY: OLD_KEY, LOG_LEVEL: 'trace' } });
});
afterEach(async () => {
  receiver.reset();
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(async () => {
  await receiver.close();
  for (const each of others) await each.close();
  await gateway.close();
});

/** The same installation, started with other keys. */
async function startedWith(env: Record<string, string>): Promise<Gateway> {
  const other = await startGateway({ env: { LOG_LEVEL: 'trace', ...env }, databaseUrl: gateway.databaseUrl });
  others.push(other);
  return other;
}

/** With every kind of secret. */
async function party(at: Gateway = gateway, callbackUri = receiver.url): Promise<Party> {
  const auth = { username: USERNAME, password: PASSWORD };
  const to = await newParty(at, { callbackUri, auth, apiKey: API_KEY, errorStrategy: 'retry' });
  signing.push(to.secret);
  return to;
}

async function rotate({ subscriber, subscription, channel }: Party): Promise<string> {
  const { body } = await subscriber.ask(
    'POST',
    `/subscriptions/${subscription.id}/channels/${channel.id}/secret`,
  );
  signing.push(String(body['secret']));
  return String(body['secret']);
}

/** Everything by which somebody could pass for us or for the subscriber, as it may be written. */
function secrets(): string[] {
  const plain = [PASSWORD, API_KEY, ...signing];
  const keys = signing.map((secret) => secret.replace('whsec_', ''));
  return [
    ...plain,
    ...keys,
    JSON.stringify(PASSWORD).slice(1, -1),
    ...[...plain, `${USERNAME}:${PASSWORD}`].map((text) => Buffer.from(text).toString('base64')),
    ...plain.map((text) => Buffer.from(text).toString('hex')),
    ...keys.map((key) => Buffer.from(key, 'base64').toString('hex')),
    OLD_KEY,
    NEW_KEY,
  ];
}

function expectNoSecretIn(text: string): void {
  expect(secrets().filter((secret) => text.includes(secret))).toEqual([]);
}

/** All that is stored, as text. */
async function stored(): Promise<string> {
  const tables = await gateway.dataSource.query<{ name: string }[]>(
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  const texts = await Promise.all(
    tables.map(({ name }) =>
      gateway.dataSource.query<{ row: string }[]>(`SELECT t::text AS row FROM ${name} t`),
    ),
  );
  return texts
    .flat()
    .map(({ row }) => row)
    .join('\n');
}

describe('what is stored', () => {
  it('holds no secret in clear, also after deliveries and rotations', async () => {
    const to = await party();
    await rotate(to);
    await queueActivations(gateway, to.id, 3);
    await gateway.deliver();
    receiver.answer(500);
    await queueActivations(gateway, to.id);
    await gateway.deliver();
    expect(receiver.received).toHaveLength(4);
    const text = await stored();
    // It was looked for where it would be.
    expect(text).toContain(USERNAME);
    expect(text).toContain(to.channel.id);
    expectNoSecretIn(text);
    receiver.reset();
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
  });
});

describe('answers', () => {
  it('show a signing secret when it is made, and no secret ever after', async () => {
    const to = await party();
    const path = `/subscriptions/${to.subscription.id}`;
    const later = [
      await to.subscriber.ask('GET', '/subscriptions'),
      await to.subscriber.ask('GET', path),
      await to.subscriber.ask('PATCH', path, { expiresOn: new Date(Date.now() + 30 * DAY_MS).toISOString() }),
      await to.subscriber.ask('POST', `${path}/test`),
      await to.subscriber.ask('DELETE', path),
    ];
    expect(later.map(({ status }) => status)).toEqual([200, 200, 200, 200, 204]);
    for (const { bytes } of later) expectNoSecretIn(bytes.toString());
    expect(later[1]?.body).toMatchObject({
      notificationChannels: {
        webhook: [{ webhook: [{ auth: { username: USERNAME, password: '********' }, apiKey: '********' }] }],
      },
    });
  });
});

describe('after a change of the key', () => {
  it('what the old one has sealed is opened by it as long as it is given', async () => {
    const to = await party();
    await queueActivations(gateway, to.id);
    const changed = await startedWith({ ENCRYPTION_KEY: NEW_KEY, ENCRYPTION_KEYS_PREVIOUS: OLD_KEY });
    await changed.deliver();
    const [received] = receiver.received;
    expect(received?.headers).toMatchObject({
      'x-api-key': API_KEY,
      authorization: `Basic ${Buffer.from(`${USERNAME}:${PASSWORD}`).toString('base64')}`,
    });
    if (received) verifySignature(received, to.secret);
  });
});

describe('what can not be opened', () => {
  it('for want of its key is not delivered, is told without a secret, and waits for the key', async () => {
    const to = await party();
    await queueActivations(gateway, to.id);
    const without = await startedWith({ ENCRYPTION_KEY: NEW_KEY });
    const able = await newParty(without, { callbackUri: receiver.url });
    await queueActivations(without, able.id);
    await without.deliver();
    // What is sealed with the key that there is goes out, to the same server.
    expect(receiver.received).toHaveLength(1);
    expect(await notificationsOf(gateway.dataSource, able.subscription)).toMatchObject([{ status: 'sent' }]);
    expect(await notificationsOf(gateway.dataSource, to.subscription)).toMatchObject([
      { status: 'pending', attempts: 0 },
    ]);
    const told = without.logs.filter(({ level }) => level === 'error');
    expect(told).toMatchObject([
      {
        msg: 'a delivery came to no outcome',
        err: { type: 'CannotOpen', message: expect.stringContaining('not among those configured') as string },
      },
    ]);

    receiver.reset();
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
    expect(receiver.received).toHaveLength(1);
    expect(await notificationsOf(gateway.dataSource, to.subscription)).toMatchObject([
      { status: 'sent', attempts: 1 },
    ]);
  });

  it.each(['sealed_password', 'sealed_api_key', 'sealed_secret'])(
    'as it was copied from another channel is not used: %s',
    async (column) => {
      const [victim, thief] = [await party(), await party()];
      await queueActivations(gateway, victim.id);
      await gateway.deliver();
      expect(receiver.received).toHaveLength(1);
      await gateway.dataSource.query(
        `UPDATE delivery_channel SET ${column} = (SELECT ${column} FROM delivery_channel WHERE id = $1) WHERE id = $2`,
        [victim.channel.id, thief.channel.id],
      );
      await queueActivations(gateway, thief.id);
      await gateway.deliver();
      expect(receiver.received).toHaveLength(1);
      expect(await notificationsOf(gateway.dataSource, thief.subscription)).toMatchObject([
        { status: 'pending', attempts: 0 },
      ]);
      await gateway.dataSource.query(
        `UPDATE delivery_notification SET status = 'cancelled', next_attempt_at = NULL, finished_at = now()
         WHERE subscription_id = $1`,
        [thief.subscription.id],
      );
    },
  );
});

describe('the log at its most talkative', () => {
  it('holds no secret, whatever happens to deliveries', async () => {
    const to = await party();
    await rotate(to);
    const nobody = await party(gateway, `http://127.0.0.1:${await findLastingPort()}`);
    const without = await startedWith({ ENCRYPTION_KEY: NEW_KEY });
    for (const status of [200, 401, 500]) {
      receiver.answer(status);
      await queueActivations(gateway, to.id);
      await gateway.deliver();
    }
    receiver.reply = (request, response) => response.destroy(new Error(request.text));
    await queueActivations(gateway, to.id);
    await queueActivations(gateway, nobody.id);
    await gateway.deliver();
    receiver.reset();
    await to.subscriber.ask('POST', `/subscriptions/${to.subscription.id}/test`);
    await queueActivations(gateway, to.id);
    await without.deliver();
    await makeAllDue(gateway.dataSource);
    await refuseRows(gateway, 'delivery_attempt', () => gateway.deliver());

    const lines = [gateway, ...others].flatMap(({ logs }) => logs);
    expect(lines.filter(({ msg }) => msg === 'a delivery came to no outcome').length).toBeGreaterThanOrEqual(
      2,
    );
    const log = lines.map((line) => JSON.stringify(line)).join('\n');
    expectNoSecretIn(log);
    expect(log).not.toMatch(/(Bearer|Basic) [\w+/=.-]{8}/);
    expect(log).not.toMatch(/v1,[\w+/=]{40}/);
    expect(log).not.toMatch(/v1\.[0-9a-f]{8}\./);
    for (const written of consoles) expect(written).not.toHaveBeenCalled();
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
  });
});
