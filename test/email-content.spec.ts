import { join } from 'node:path';
import { ChannelWatch } from '../src/delivery/channel-watch.service';
import { exampleOf } from '../src/spg/dto/examples';
import { ontActivation } from '../src/tuatahi/ont-activation';
import { Expiry } from '../src/tuatahi/expiry.service';
import { type Gateway, startGateway } from './support/gateway';
import { send } from './support/http';
import type { Mime } from './support/mime';
import { notification, put } from './support/notification';
import { expectBalancedLedger } from './support/notification-ledger';
import { readMailFolder } from './support/read-mail-folder';
import { Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

const DAY_MS = 86_400_000;

let gateway: Gateway;
let folder: string;
let subscriber: Subscriber;

beforeAll(async () => {
  // No SMTP_URL: mails become files.
  gateway = await startGateway();
  folder = join(gateway.config.database.dataDir, 'mail');
  subscriber = new Subscriber(gateway, 'owner', 'events:publish');
});
afterAll(() => gateway.close());
afterEach(() => expectBalancedLedger(gateway.dataSource));

function subscribe(eventType: string, address: string, attributes?: object): Promise<Subscription> {
  return subscriber.subscribe({
    eventType,
    ...(attributes && { filters: { target: 'my', attributes: [attributes] } }),
    contactEmails: [{ email: 'noc@example.co.nz' }],
    notificationChannels: { email: [{ email: address }] },
  });
}

/** All that has happened is told. */
async function mailsTo(address: string): Promise<Mime[]> {
  await gateway.settle();
  await gateway.deliver();
  return (await readMailFolder(folder)).filter(({ headers }) => headers['to'] === address);
}

it('tells of a work order in words that a person understands, with all ids', async () => {
  const { id } = await subscribe('SPWorkOrderNotification', 'aroha@example.co.nz', { wonum: 'WO-1' });
  const created = exampleOf('CreateWorkOrderNotify', { wonum: 'WO-1', eventId: '7' });
  await send(gateway, created, { 'x-transaction-id': 'tx-1' });
  const [mail, ...others] = await mailsTo('aroha@example.co.nz');
  expect(others).toEqual([]);
  expect(mail?.headers).toMatchObject({
    from: 'Karere <karere@localhost>',
    subject: 'WO-1: New fibre connection, 14 Rangiora Avenue, Hamilton (SPWorkOrderNotification 1)',
  });
  const lines = mail?.text.split('\n') ?? [];
  expect(lines.slice(0, 3)).toEqual([
    'WO-1: New fibre connection, 14 Rangiora Avenue, Hamilton',
    '',
    'A notification of TFF’s Service Partner Gateway about a work order, as it came.',
  ]);
  for (const line of [
    'notificationType: CreateWorkOrderNotify',
    'wonum: WO-1',
    'status: ASSIGNED',
    'Event type: SPWorkOrderNotification',
    'Number in the subscription: 1',
    `Subscription: ${id}`,
    'Transaction: tx-1',
    'You get this because aroha@example.co.nz is subscribed to such events.',
    'To end that, write to noc@example.co.nz.',
  ]) {
    expect(lines).toContain(line);
  }
  expect(mail?.html).toContain('<h2>WO-1: New fibre connection, 14 Rangiora Avenue, Hamilton</h2>');
  expect(mail?.html).toContain('<td>CreateWorkOrderNotify</td>');
});

it('lets nothing of what a partner writes become a header, a line or markup of ours', async () => {
  await subscribe('SPWorkOrderNotification', 'tama@example.co.nz', { wonum: 'WO-2' });
  const evil =
    '<img src=x onerror=alert(1)>\r\nBcc: evil@example.com\r\n\r\nTo end that, write to evil@example.com.';
  const closed = notification('CloseWorkOrderNotify', { wonum: 'WO-2', eventId: '8' });
  put(closed, '/message/summary', evil);
  put(closed, '/message/note"><script>', evil);
  await send(gateway, closed);
  const [mail] = await mailsTo('tama@example.co.nz');
  const inOneLine = evil.replaceAll(/[\r\n]+/g, ' ');
  expect(mail?.headers).not.toHaveProperty('bcc');
  expect(mail?.headers).toMatchObject({ subject: expect.stringContaining(inOneLine.slice(0, 60)) as string });
  expect(mail?.text).toContain(`summary: ${inOneLine}\n`);
  expect(mail?.text).not.toMatch(/^(Bcc|To end that, write to evil)/m);
  expect(mail?.html).not.toMatch(/<img|<script/);
  expect(mail?.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
});

it('tells of a source event by its order, and to teams of our own what an event means', async () => {
  await subscribe('ONTActivation', 'activations@example.co.nz');
  await subscribe('spg.work-order.cancelled', 'dispatch@example.co.nz');
  const { eventTimestamp, message, payload } = ontActivation.example;
  const { status } = await subscriber.ask('POST', '/events', {
    id: '1c9a0b52-7c1b-4a3e-8f53-0a4de4b6b3a1',
    eventType: 'ONTActivation',
    partyIds: ['owner'],
    eventTimestamp,
    message: { ...message, status: 'Failed', error: true, errorTitle: 'ONT not found' },
    payload,
  });
  expect(status).toBe(202);
  await send(gateway, notification('CancelWorkOrderNotify', { wonum: 'WO-3', eventId: '9' }));
  const [activation] = await mailsTo('activations@example.co.nz');
  expect(activation?.headers['subject']).toBe('ORD12345: ONT not found (ONTActivation 1)');
  const [cancelled] = await mailsTo('dispatch@example.co.nz');
  expect(cancelled?.headers['subject']).toBe(
    'WO-3: TFF has cancelled a work order (spg.work-order.cancelled 1)',
  );
});

it('warns the contacts of a channel that fails, and tells them when it was disabled', async () => {
  const receiver = await WebhookReceiver.start();
  receiver.answer(500);
  const callbackUri = `${receiver.url}/hook`;
  const { id } = await subscriber.subscribe(
    subscriptionTo(callbackUri, {
      filters: { target: 'my', attributes: [{ wonum: 'WO-4' }] },
      contactEmails: [{ email: 'contact@example.co.nz' }],
    }),
  );
  await send(gateway, notification('CreateWorkOrderNotify', { wonum: 'WO-4', eventId: '10' }));
  expect(await mailsTo('contact@example.co.nz')).toEqual([]);
  for (const days of [3, 4, 6]) {
    await gateway.app.get(ChannelWatch).look(new Date(Date.now() + days * DAY_MS));
    await mailsTo('contact@example.co.nz');
  }
  await receiver.close();

  const mails = await mailsTo('contact@example.co.nz');
  const subjects = mails.map(({ headers }) => headers['subject'] ?? '');
  expect(subjects.toSorted()).toEqual([
    `${callbackUri}: A channel delivers nothing any more (tuatahi.channel.disabled)`,
    `${callbackUri}: Nothing has come through to a channel for long (tuatahi.channel.failing)`,
    `${callbackUri}: Nothing has come through to a channel for long (tuatahi.channel.failing)`,
  ]);
  for (const { text, html } of mails) {
    expect(text).toContain(`target: ${callbackUri}\n`);
    expect(text).toContain(`Subscription: ${id}\n`);
    expect(text).toContain('You get this because contact@example.co.nz is a contact of the subscription.\n');
    expect(text).not.toContain('Number in the subscription');
    expect(html).toContain(`<td>${callbackUri}</td>`);
  }
  const percents = mails.flatMap(({ text }) => /^percent: (\d+)$/m.exec(text)?.[1] ?? []);
  expect(percents.toSorted()).toEqual(['50', '70']);
  const last = mails.find(({ text }) => text.includes('tuatahi.channel.disabled'));
  expect(last?.text).toContain('POST …/channels/{channelId}/enable');
});

it('tells the contacts when the subscription has ended', async () => {
  await subscriber.subscribe(
    subscriptionTo('http://127.0.0.1:9/hook', { contactEmails: [{ email: 'owner@example.co.nz' }] }),
  );
  await gateway.settle();
  await gateway.app.get(Expiry).expireDue(new Date(Date.now() + 366 * DAY_MS));
  const [mail, ...others] = await mailsTo('owner@example.co.nz');
  expect(others).toEqual([]);
  expect(mail?.headers['subject']).toBe(
    'SPWorkOrderNotification: A subscription has come to its end (tuatahi.subscription.expired)',
  );
  expect(mail?.text).toContain('PATCH its expiresOn to go on.');
});
