import { Dispatcher } from '../src/delivery/dispatcher';
import { MAIL_ENDPOINT } from '../src/delivery/endpoint-name';
import { eventually } from './support/eventually';
import { Gate } from './support/gate';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import { MailServer } from './support/mail-server';
import { notification } from './support/notification';
import { expectBalancedLedger } from './support/notification-ledger';
import { Subscriber, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

const ADDRESSES = Array.from({ length: 8 }, (_, n) => `team-${n}@example.co.nz`);

let gateway: Gateway;
let mails: MailServer;
let webhooks: WebhookReceiver;

beforeAll(async () => {
  [mails, webhooks] = await Promise.all([MailServer.start(), WebhookReceiver.start()]);
  gateway = await startGateway({ env: { SMTP_URL: mails.url } });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([mails.stop(), webhooks.close()]);
});

async function post(eventId: string): Promise<void> {
  await send(gateway, notification('CreateWorkOrderNotify', { eventId }));
  await gateway.settle();
}

it('a mail server that stalls gets five mails at once, and holds up no webhook', async () => {
  const gate = new Gate();
  let underWay = 0;
  mails.atMessage = async () => {
    underWay += 1;
    await gate.pass();
    return undefined;
  };
  const email = ADDRESSES.map((address) => ({ email: address }));
  const notificationChannels = { email, webhook: [{ callbackUri: `${webhooks.url}/hook` }] };
  await new Subscriber(gateway).subscribe(subscriptionTo('', { notificationChannels }));
  const dispatcher = gateway.app.get(Dispatcher);

  await post('1');
  const first = dispatcher.runOnce();
  await eventually(
    'five mails are under way',
    () => underWay,
    (count) => count === 5,
  );
  await post('2');
  const second = dispatcher.runOnce();
  await eventually(
    'the webhook has both',
    () => webhooks.received.map(({ body }) => body.eventId),
    (ids) => ids.join() === '1,2',
  );
  expect({ underWay, connections: mails.connections }).toEqual({ underWay: 5, connections: 5 });
  // No more than those are taken from the queue, to wait for a connection until their time is up.
  expect(
    await gateway.dataSource.query(
      'SELECT count(*)::int FROM delivery_queue WHERE claim_id IS NOT NULL AND endpoint = $1',
      [MAIL_ENDPOINT],
    ),
  ).toEqual([{ count: 5 }]);

  gate.open();
  await Promise.all([first, second]);
  await gateway.deliver();
  for (const address of ADDRESSES) expect(mails.to(address)).toHaveLength(2);
  expect(mails.connections).toBe(5);
  await expectBalancedLedger(gateway.dataSource);
});
