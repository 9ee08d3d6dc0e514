import { type Gateway, startGateway } from './support/gateway';
import { INNER, itasMessage, parameters, push } from './support/itas-message';
import { emptyMailbox } from './support/itas-polling';
import { ItasServer } from './support/itas-server';
import { expectBalancedLedger } from './support/notification-ledger';
import { onlyWebhook, Subscriber, subscriptionTo } from './support/subscriber';
import { verifySignature, WebhookReceiver } from './support/webhook-receiver';

let itas: ItasServer;
let gateway: Gateway;
let receiver: WebhookReceiver;
let subscriber: Subscriber;

beforeAll(async () => {
  itas = await ItasServer.start({ maxWaitMs: 0 });
  [gateway, receiver] = await Promise.all([
    startGateway({ env: itas.environment(1, '2-13', '3-8', '6-21') }),
    WebhookReceiver.start(),
  ]);
  subscriber = new Subscriber(gateway);
  await emptyMailbox(gateway);
});
afterEach(() => receiver.reset());
afterAll(async () => {
  await receiver.close();
  await gateway.close();
  await itas.stop();
});

/** Lets everything that is on its way arrive. @returns the messages that came to a path */
async function arrived(path: string): Promise<Readonly<Record<string, unknown>>[]> {
  await gateway.settle();
  await gateway.deliver();
  return receiver.received.filter((each) => each.path === path).map(({ body }) => body.message);
}

function subscribe(path: string, eventType: string, attributes: readonly object[] = []) {
  const filters = attributes.length > 0 ? { filters: { target: 'my', attributes } } : {};
  return subscriber.subscribe(subscriptionTo(`${receiver.url}${path}`, { eventType, ...filters }));
}

it('what lies in the mailbox comes to a webhook, numbered and signed', async () => {
  const subscription = await subscribe('/all', 'itas.*');
  const messages = (['TID-014', 'TID-010', 'TID-013'] as const).map((tid) => itasMessage(tid));
  for (const message of messages) itas.publish(message);
  expect(await emptyMailbox(gateway)).toEqual(['accepted', 'accepted', 'accepted', 'idle']);

  expect(await arrived('/all')).toMatchObject([
    { messageId: messages[0]?.['MessageId'], topic: '3-10', originTopic: '2-13', freezedate: '2026-08' },
    { messageId: messages[1]?.['MessageId'], docname: 'C-10023 signed.pdf', action: 'Added' },
    { messageId: messages[2]?.['MessageId'], documentReference: 'INV-20871', style: 'sales' },
  ]);
  const [freeze] = receiver.received;
  expect(freeze?.body).toMatchObject({
    eventId: '1',
    eventType: 'itas.operation.performed',
    payload: {
      parameters: { freezedate: { kind: 'month', month: '2026-08' } },
      innerBody: { EventType: 'FREEZE' },
    },
  });
  if (freeze) verifySignature(freeze, onlyWebhook(subscription).secret ?? '');
  await expectBalancedLedger(gateway.dataSource);
});

it('a subscription can ask for some only, by the parameters of the topic and by what the template says', async () => {
  await subscribe('/added', 'itas.entity.changed', [{ action: 'Added', actionstatus: 'OK' }]);
  await subscribe('/july', 'itas.operation.performed', [{ freezedate: '2026-07' }]);
  await subscribe('/sales', 'itas.accounting-document.changed', [{ style: 'sales' }]);
  const document = { docname: 'a', doctype: 'b', docindexid: '1' };
  for (const message of [
    itasMessage('TID-010', parameters({ ...document, action: 'Added', actionstatus: 'OK' })),
    itasMessage('TID-010', parameters({ ...document, action: 'Added', actionstatus: 'Failed' })),
    itasMessage('TID-010', parameters({ ...document, action: 'Deleted', actionstatus: 'OK' })),
    itasMessage('TID-014', parameters({ freezedate: '20260732' })),
    itasMessage('TID-014', parameters({ freezedate: '20260731' })),
    itasMessage('TID-013'),
    itasMessage('TID-013', { [`${INNER}/Style`]: 'purchase' }),
  ]) {
    await push(gateway, message);
  }
  expect(await arrived('/added')).toMatchObject([{ action: 'Added', actionstatus: 'OK' }]);
  expect(await arrived('/july')).toMatchObject([{ freezedate: '2026-07' }]);
  expect(await arrived('/sales')).toMatchObject([{ style: 'sales' }]);
});

it('an attribute that no message has is refused', async () => {
  const request = subscriptionTo(`${receiver.url}/x`, {
    eventType: 'itas.entity.changed',
    filters: { target: 'my', attributes: [{ docindex: '1' }] },
  });
  const { status, body } = await subscriber.ask('POST', '/subscriptions', request);
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain('docindex');
});

it('a dead letter is told, too', async () => {
  await subscribe('/dead', 'itas.message.dead-lettered');
  const message = itasMessage('TID-013', { '/MessageBody/TID': 'TID-099' });
  await push(gateway, message);
  expect(await arrived('/dead')).toMatchObject([
    { messageId: message['MessageId'], source: 'push', attempts: 1, deadLetterId: '1' },
  ]);
});
