import { DateTime } from 'luxon';
import type { MailContent, Row } from './mail-content';
import { mailHtml } from './mail-html';
import { listIdOf } from './mail-ids';
import { mailText } from './mail-text';
import { unsubscribing } from './mail-unsubscribe';
import { oneLine } from './one-line';

/** A notification as a person is to read it. */
export interface NotificationForMail {
  readonly eventType: string;
  /** What has happened, in a line. */
  readonly headline: string;
  /** What such an event means, in a sentence. */
  readonly description: string;
  /** The subscription's sequence number: gapless, so a person too can see that one is missing. Absent: outside it. */
  readonly eventId?: string;
  /** RFC 3339. */
  readonly eventTimestamp: string;
  /** The flat summary of the event. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly subscriptionId: string;
  readonly notificationId: string;
  readonly transactionId?: string;
  readonly replayId?: string;
  readonly to: string;
  /** Why they get it: the subscription delivers to them, or they look after it, or somebody tries it out. */
  readonly reason: 'subscribed' | 'contact' | 'sample';
  /** The addresses of those who look after the subscription. */
  readonly contacts: readonly string[];
  /** Sender: an address, or `Name <address>`. */
  readonly from: string;
}

interface MailText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Characters of a value that are shown; the whole is in the delivery log. */
const MAX_VALUE = 1000;

/** Rows of the summary that are shown. */
const MAX_ROWS = 50;

const REASONS: Readonly<Record<NotificationForMail['reason'], string>> = {
  subscribed: 'is subscribed to such events',
  contact: 'is a contact of the subscription',
  sample: 'is in a subscription that somebody has tried out; the values are made up',
};

/** The mail for a notification: summary, ids, and whom to ask to end it. */
export function notificationMail(notification: NotificationForMail): MailText {
  const { subscriptionId, transactionId, from, to, reason } = notification;
  const { contacts, mailto } = unsubscribing(notification.contacts, notification);
  const content: MailContent = {
    headline: oneLine(notification.headline),
    description: oneLine(notification.description),
    summary: summaryOf(notification.message),
    ids: idsOf(notification),
    reason: `You get this because ${oneLine(to)} ${REASONS[reason]}.`,
    contacts: contacts.map(oneLine),
    unsubscribe: mailto,
  };
  return {
    subject: subjectOf(notification),
    text: mailText(content),
    html: mailHtml(content),
    headers: {
      // RFC 3834 §5: so that nobody's out-of-office notice answers.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': listIdOf(subscriptionId, from),
      'List-Unsubscribe': `<${mailto}>`,
      ...(transactionId !== undefined && { 'X-Transaction-Id': transactionId }),
    },
  };
}

/** What has happened comes first: an inbox shows no more than some 40 characters. */
function subjectOf({ reason, headline, eventType, eventId }: NotificationForMail): string {
  if (reason === 'sample') return `Sample: ${headline} (${eventType})`;
  return `${headline} (${eventId === undefined ? eventType : `${eventType} ${eventId}`})`;
}

function summaryOf(message: Readonly<Record<string, unknown>>): Row[] {
  const rows = Object.entries(message).filter(([, value]) => value !== null && value !== undefined);
  return rows.slice(0, MAX_ROWS).map(([name, value]) => [oneLine(name), shown(value)]);
}

function idsOf(notification: NotificationForMail): Row[] {
  const { eventType, eventId, eventTimestamp, subscriptionId, notificationId } = notification;
  const { transactionId, replayId } = notification;
  const rows: [string, string | undefined][] = [
    ['Event type', eventType],
    ['Event time', timeFor(eventTimestamp)],
    ['Number in the subscription', eventId],
    ['Subscription', subscriptionId],
    ['Notification', notificationId],
    ['Transaction', transactionId],
    ['Replay', replayId],
  ];
  return rows.flatMap(([name, value]): Row[] => (value === undefined ? [] : [[name, oneLine(value)]]));
}

/** As clocks in New Zealand show it, and as it was written. */
function timeFor(timestamp: string): string {
  const time = DateTime.fromISO(timestamp, { zone: 'Pacific/Auckland', locale: 'en-NZ' });
  return time.isValid ? `${time.toFormat('cccc d LLLL yyyy, HH:mm:ss ZZZZ')} (${timestamp})` : timestamp;
}

function shown(value: unknown): string {
  const line = oneLine(typeof value === 'string' ? value : JSON.stringify(value));
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE)}…` : line;
}
