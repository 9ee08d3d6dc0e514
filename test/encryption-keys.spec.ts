import { Client } from 'pg';
import { Reseal } from '../src/delivery/reseal.service';
import { exampleOf } from '../src/spg/dto/examples';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import { onlyWebhook, Subscriber, subscriptionTo } from './support/subscriber';
import { verifySignature, WebhookReceiver } from './support/webhook-receiver';

const OLD = Buffer.alloc(32, 'o').toString('base64');
const NEW = Buffer.alloc(32, 'n').toString('base64');

let receiver: WebhookReceiver;
const gateways: Gateway[] = [];

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
});
afterAll(async () => {
  await receiver.close();
  for (const gateway of gateways.toReversed()) await gateway.close();
});

/** Another start of the same installation. */
async function startWith(env: Record<string, string>): Promise<Gateway> {
  const [first] = gateways;
  const gateway = await startGateway({ env, ...(first && { databaseUrl: first.databaseUrl }) });
  gateways.push(gateway);
  return gateway;
}

it('a key is changed in three steps: both, sealing anew, the new one alone', async () => {
  const before = await startWith({ ENCRYPTION_KEY: OLD });
  const channel = {
    callbackUri: receiver.url,
    auth: { username: 'karere', password: 'kahu' },
    apiKey: 'huia',
  };
  const subscription = await new Subscriber(before).subscribe(
    subscriptionTo(receiver.url, { notificationChannels: { webhook: [channel] } }),
  );

  const both = await startWith({ ENCRYPTION_KEY: NEW, ENCRYPTION_KEYS_PREVIOUS: OLD });
  expect(await both.app.get(Reseal).run()).toBe(1);
  expect(await both.app.get(Reseal).run()).toBe(0);

  const after = await startWith({ ENCRYPTION_KEY: NEW });
  await send(after, exampleOf('CreateWorkOrderNotify'));
  await after.settle();
  await after.deliver();
  const [received] = receiver.received;
  expect(received?.headers).toMatchObject({
    authorization: `Basic ${Buffer.from('karere:kahu').toString('base64')}`,
    'x-api-key': 'huia',
  });
  if (received) verifySignature(received, onlyWebhook(subscription).secret ?? '');
});

it('nothing of what the current key has sealed is locked for it', async () => {
  const [, both] = gateways;
  if (!both) throw new Error('it was not started');
  const somebody = new Client({ connectionString: both.databaseUrl });
  await somebody.connect();
  await somebody.query('BEGIN');
  await somebody.query('SELECT FROM delivery_channel FOR SHARE');
  expect(await both.app.get(Reseal).run()).toBe(0);
  await somebody.end();
});

it('what no key opens is told without its content, and is left as it is', async () => {
  const lost = await startWith({ ENCRYPTION_KEY: OLD });
  const rows = (): Promise<unknown[]> => lost.dataSource.query('SELECT * FROM delivery_channel ORDER BY id');
  const sealed = await rows();
  expect(await lost.app.get(Reseal).run()).toBe(0);
  expect(await rows()).toEqual(sealed);
  const told = lost.logs.filter(({ msg }) => msg === 'a secret can not be opened');
  expect(told.map(({ column }) => column)).toEqual(['sealedPassword', 'sealedApiKey', 'sealedSecret']);
  expect(JSON.stringify(told)).not.toMatch(/v1\.[0-9a-f]{8}\./);
});

it('a spoilt one does not keep those behind it from being sealed anew', async () => {
  const before = await startWith({ ENCRYPTION_KEY: NEW });
  await new Subscriber(before).subscribe(subscriptionTo(`${receiver.url}/second`));
  await before.dataSource.query(
    `UPDATE delivery_channel SET sealed_secret = 'spoilt'
     WHERE id = (SELECT id FROM delivery_channel WHERE kind = 'webhook' ORDER BY id LIMIT 1)`,
  );
  const both = await startWith({ ENCRYPTION_KEY: OLD, ENCRYPTION_KEYS_PREVIOUS: NEW });
  await both.app.get(Reseal).run();
  const sealed = await both.dataSource.query<{ key: string }[]>(
    `SELECT DISTINCT substr(sealed_secret, 1, 11) AS key FROM delivery_channel WHERE kind = 'webhook' ORDER BY 1`,
  );
  expect(sealed).toEqual([{ key: 'spoilt' }, { key: expect.stringMatching(/^v1\.[\da-f]{8}$/) as string }]);
  expect(await both.app.get(Reseal).run()).toBe(0);
  const told = both.logs.filter(({ msg }) => msg === 'a secret can not be opened');
  expect(told.map(({ column }) => column)).toEqual(['sealedSecret', 'sealedSecret']);
});
