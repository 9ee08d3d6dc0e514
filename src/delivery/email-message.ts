/** A notification as a person is to read it. */
export interface NotificationForMail {
  readonly eventType: string;
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
  /** Where one says that one wants no more: a `mailto:` or `https:` address. */
  readonly unsubscribe: string;
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

type Row = readonly [name: string, value: string];

/** The mail for a notification, without recipient: summary, ids, and how to end it. */
export function notificationMail(notification: NotificationForMail): MailText {
  const { eventType, eventId, description, unsubscribe, transactionId } = notification;
  const summary = summaryOf(notification.message);
  const ids = idsOf(notification);
  return {
    subject: eventId === undefined ? eventType : `${eventType} (notification ${eventId})`,
    text: textOf(eventType, description, summary, ids, unsubscribe),
    html: htmlOf(eventType, description, summary, ids, unsubscribe),
    headers: {
      // RFC 3834 §5: so that nobody's out-of-office notice answers.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Unsubscribe': `<${unsubscribe}>`,
      ...(transactionId !== undefined && { 'X-Transaction-Id': transactionId }),
    },
  };
}

/** The same for each attempt of a notification, so that mail systems can drop a repetition. */
export function messageIdOf(notificationId: string, from: string): string {
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'karere.invalid';
  return `<${notificationId.replace(/[^\w.-]/g, '')}@${domain}>`;
}

function summaryOf(message: Readonly<Record<string, unknown>>): Row[] {
  const rows = Object.entries(message).filter(([, value]) => value !== null && value !== undefined);
  return rows.slice(0, MAX_ROWS).map(([name, value]) => [name, shown(value)]);
}

function idsOf(notification: NotificationForMail): Row[] {
  const { eventId, eventTimestamp, subscriptionId, notificationId, transactionId } = notification;
  return [
    ['Event time', eventTimestamp],
    ...(eventId === undefined ? [] : [['Event id (sequence)', eventId] as const]),
    ['Subscription', subscriptionId],
    ['Notification', notificationId],
    ...(transactionId === undefined ? [] : [['Transaction', transactionId] as const]),
  ];
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE)}…` : line;
}

function textOf(
  title: string,
  description: string,
  summary: readonly Row[],
  ids: readonly Row[],
  unsubscribe: string,
): string {
  const lines = (rows: readonly Row[]): string => rows.map(([name, value]) => `${name}: ${value}\n`).join('');
  return [
    `${shown(title)}\n${shown(description)}\n`,
    ...(summary.length > 0 ? [lines(summary)] : []),
    lines(ids),
    `You get this because of a subscription to ${shown(title)}.\nTo end it: ${unsubscribe}\n`,
  ].join('\n');
}

function htmlOf(
  title: string,
  description: string,
  summary: readonly Row[],
  ids: readonly Row[],
  unsubscribe: string,
): string {
  const table = (rows: readonly Row[]): string =>
    rows.length === 0
      ? ''
      : `<table cellpadding="4">${rows
          .map(([name, value]) => `<tr><th align="left">${escaped(name)}</th><td>${escaped(value)}</td></tr>`)
          .join('')}</table>`;
  return [
    '<!doctype html><html lang="en"><body style="font-family:sans-serif">',
    `<h2>${escaped(title)}</h2>`,
    `<p>${escaped(description)}</p>`,
    table(summary),
    '<hr>',
    table(ids),
    `<p>You get this because of a subscription to ${escaped(title)}. `,
    `<a href="${escaped(unsubscribe)}">End it</a></p>`,
    '</body></html>',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
