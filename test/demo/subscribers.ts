import { join } from 'node:path';
import { developmentToken } from '../support/bearer-token';
import type { CleanUp } from '../support/clean-up';
import { readMailFolder } from '../support/read-mail-folder';
import { onlyWebhook, Subscriber, type Subscription } from '../support/subscriber';
import { type Received, verifySignature, WebhookReceiver } from '../support/webhook-receiver';

/** Something that has come to a subscriber. */
export interface Arrival {
  /** In the subscription. */
  readonly number: string;
  readonly type: string;
  readonly summary: string;
  /** How it came, and whether its receiver knows by whom. */
  readonly mark: string;
  readonly isGenuine: boolean;
  /** To be read by a person. */
  readonly text?: string;
}

/** Somebody who wants to know. */
export interface DemoSubscriber {
  readonly name: string;
  /** What they have asked for. */
  readonly wish: string;
  readonly subscription: Subscription;
  /** In the order of their numbers. */
  arrivals(): Promise<Arrival[]>;
}

const CONTACTS = [{ email: 'noc@example.co.nz' }];
const CUSTOMER_CARE = 'customer-care@example.co.nz';

/** The party `owner`: to it belongs what the gateway's own modules state. */
export function ownerAt(url: string): Subscriber {
  const token = ({ scope = '' } = {}): Promise<string> => developmentToken(...scope.split(' '));
  return new Subscriber({ url, token }, 'owner', 'events:publish');
}

/** Subscribes three teams by webhook and one by mail. */
export async function subscribeAll(
  owner: Subscriber,
  dataDir: string,
  cleanUp: CleanUp,
): Promise<DemoSubscriber[]> {
  const onlyEnds = ['CloseWorkOrderNotify', 'CancelWorkOrderNotify'];
  const billing = await byWebhook(owner, cleanUp, {
    eventType: 'SPWorkOrderNotification',
    filters: { target: 'my', attributes: onlyEnds.map((notificationType) => ({ notificationType })) },
  });
  const fieldTeam = await byWebhook(owner, cleanUp, { eventType: 'spg.*' });
  const finance = await byWebhook(owner, cleanUp, { eventType: 'itas.*' });
  const subscription = await owner.subscribe({
    eventType: 'ONTActivation',
    contactEmails: CONTACTS,
    notificationChannels: { email: [{ email: CUSTOMER_CARE }] },
  });
  return [
    {
      name: 'Billing',
      wish: 'SPWorkOrderNotification by webhook, closings and cancellations only',
      ...billing,
    },
    { name: 'The field team', wish: 'spg.* by webhook, all that is known of work orders', ...fieldTeam },
    {
      name: 'Customer care',
      wish: `ONTActivation by e-mail to ${CUSTOMER_CARE}`,
      subscription,
      arrivals: () => mailsIn(join(dataDir, 'mail')),
    },
    { name: 'Finance', wish: 'itas.* by webhook, all that ITAS has to tell', ...finance },
  ];
}

async function byWebhook(
  owner: Subscriber,
  cleanUp: CleanUp,
  what: object,
): Promise<Pick<DemoSubscriber, 'subscription' | 'arrivals'>> {
  const receiver = await WebhookReceiver.start();
  cleanUp.defer(() => receiver.close());
  const notificationChannels = { webhook: [{ callbackUri: `${receiver.url}/karere` }] };
  const subscription = await owner.subscribe({ ...what, contactEmails: CONTACTS, notificationChannels });
  const { secret = '' } = onlyWebhook(subscription);
  return {
    subscription,
    arrivals: () =>
      Promise.resolve(receiver.received.map((each) => arrival(each, secret)).toSorted(byNumber)),
  };
}

function arrival(received: Received, secret: string): Arrival {
  const { eventId: number, eventType: type, message } = received.body;
  const isGenuine = isSignedWith(secret, received);
  const mark = isGenuine ? 'signature verified' : 'WRONG SIGNATURE';
  return { number, type, summary: itasSummaryOf(message) ?? summaryOf(received.body), mark, isGenuine };
}

function isSignedWith(secret: string, received: Received): boolean {
  try {
    verifySignature(received, secret);
    return true;
  } catch {
    return false;
  }
}

/** Of our own events about notifications it stands in the payload; those about gaps name the missing numbers. */
function summaryOf({ message, payload }: Received['body']): string {
  const { summary, from, to } = message;
  if (typeof from === 'string') return from === to ? `eventId ${from}` : `eventIds ${from} to ${String(to)}`;
  const { message: original } = payload as { message?: { summary?: string } };
  return typeof summary === 'string' ? summary : (original?.summary ?? '');
}

/** What a message of ITAS is about, by what its topic or template is about. */
function itasSummaryOf(message: Received['body']['message']): string | undefined {
  const told = message as Readonly<Record<string, string | undefined>>;
  if (told['freezedate']) return `${told['eventType']} of ${told['freezedate']}`;
  if (told['docname']) return `${told['docname']}: ${told['action']}, ${told['actionstatus']}`;
  if (told['documentReference']) return `${told['documentReference']}, ${told['style']}`;
  return told['deadLetterId'] && told['error'];
}

async function mailsIn(folder: string): Promise<Arrival[]> {
  const mails = await readMailFolder(folder);
  return mails.map(({ headers, text }) => ({
    number: /^Number in the subscription: (\d+)$/m.exec(text)?.[1] ?? '',
    type: /^Event type: (.*)$/m.exec(text)?.[1] ?? '',
    summary: headers['subject'] ?? '',
    mark: 'a mail',
    isGenuine: headers['to'] === CUSTOMER_CARE,
    text,
  }));
}

function byNumber(a: Arrival, b: Arrival): number {
  return Number(a.number) - Number(b.number);
}
