import { exampleOf } from '../src/spg/dto/examples';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import { expectBalancedLedger } from './support/notification-ledger';
import { onlyWebhook, Subscriber, subscriptionTo } from './support/subscriber';
import { verifySignature, WebhookReceiver } from './support/webhook-receiver';

let gateway: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
});
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

it('what was posted by a partner comes to a subscriber as it was, numbered and signed', async () => {
  const subscription = await new Subscriber(gateway).subscribe(subscriptionTo(`${receiver.url}/hook`));
  const notification = exampleOf('CreateWorkOrderNotify');
  await send(gateway, notification, { 'x-transaction-id': 'tx-1' });
  await gateway.settle();
  await gateway.deliver();

  const { eventTimestamp, eventType, message, payload } = notification;
  const [received, ...others] = receiver.received;
  expect(others).toEqual([]);
  expect(received).toMatchObject({
    path: '/hook',
    body: { eventId: '1', eventTimestamp, eventType, message, payload },
    headers: { 'x-transaction-id': 'tx-1', 'content-type': 'application/json' },
  });
  if (received) verifySignature(received, onlyWebhook(subscription).secret ?? '');
  await expectBalancedLedger(gateway.dataSource);
});
