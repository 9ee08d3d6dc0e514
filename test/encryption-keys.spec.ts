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
