import { notificationMail, type NotificationForMail } from '../../src/delivery/email-message';
import { headlineOf } from '../../src/delivery/headline';
import { listIdOf, messageIdOf } from '../../src/delivery/mail-ids';

const FROM = 'Karere <karere@example.co.nz>';

const notification: NotificationForMail = {
  eventType: 'ONTActivation',
  headline: 'ORD-77: Activated',
  description: 'An optical network terminal was activated.',
  eventId: '1042',
  eventTimestamp: '2026-11-22T00:00:00.000Z',
  message: { status: 'Activated', orderID: 'ORD-77', error: false, none: null },
  subscriptionId: 's-1',
  notificationId: 'n-1',
  transactionId: 't-1',
  to: 'aroha@example.co.nz',
  reason: 'subscribed',
  contacts: ['noc@example.co.nz', 'tama@example.co.nz'],
  from: FROM,
};

const MAILTO =
  'mailto:noc@example.co.nz,tama@example.co.nz?subject=Unsubscribe%20aroha%40example.co.nz%20from%20s-1';

describe('notificationMail', () => {
  it('says what has happened, with which ids, why one gets it and how that ends', () => {
    expect(notificationMail(notification).text.split('\n')).toEqual([
      'ORD-77: Activated',
      '',
      'An optical network terminal was activated.',
      '',
      'status: Activated',
      'orderID: ORD-77',
      'error: false',
      '',
      'Event type: ONTActivation',
      'Event time: Sunday 22 November 2026, 13:00:00 NZDT (2026-11-22T00:00:00.000Z)',
      'Number in the subscription: 1042',
      'Subscription: s-1',
      'Notification: n-1',
      'Transaction: t-1',
      '',
      '-- ',
      'You get this because aroha@example.co.nz is subscribed to such events.',
      'To end that, write to noc@example.co.nz or tama@example.co.nz.',
      '',
    ]);
  });

  it('says the same in HTML', () => {
    const { html } = notificationMail(notification);
    for (const part of [
      '<h2>ORD-77: Activated</h2>',
      '<th align="left" valign="top">status</th><td>Activated</td>',
      '<td>1042</td>',
      '<td>s-1</td>',
      '<td>n-1</td>',
      '<td>t-1</td>',
      `<a href="${MAILTO}">noc@example.co.nz or tama@example.co.nz</a>`,
    ]) {
      expect(html).toContain(part);
    }
  });

  it('tells mail programs what it is', () => {
    expect(notificationMail(notification).headers).toEqual({
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Id': '<s-1.example.co.nz>',
      'List-Unsubscribe': `<${MAILTO}>`,
      'X-Transaction-Id': 't-1',
    });
  });

  it('names no more than three whom to write to, and nobody can add to their address', () => {
    const contacts = ['a@example.nz', 'b?cc=evil@example.nz', 'c&bcc=evil@example.nz', 'd@example.nz'];
    const { headers } = notificationMail({ ...notification, contacts });
    expect(headers['List-Unsubscribe']).toMatch(
      /^<mailto:a@example.nz,b%3Fcc%3Devil@example.nz,c%26bcc%3Devil@example.nz\?subject=/,
    );
  });

  it('has a subject by which one recognises it', () => {
    expect(notificationMail(notification).subject).toBe('ORD-77: Activated (ONTActivation 1042)');
    expect(notificationMail({ ...notification, reason: 'sample', eventId: '0' }).subject).toBe(
      'Sample: ORD-77: Activated (ONTActivation)',
    );
    const { eventId: _, ...notice } = notification;
    expect(notificationMail({ ...notice, reason: 'contact' }).subject).toBe(
      'ORD-77: Activated (ONTActivation)',
    );
  });

  it('leaves no markup of others in the HTML', () => {
    const evil = '<img src=x onerror="alert(\'1\')">&';
    const { html } = notificationMail({
      ...notification,
      eventType: evil,
      headline: evil,
      eventId: evil,
      eventTimestamp: evil,
      message: { [evil]: evil, nested: { deep: [evil] } },
      subscriptionId: evil,
      notificationId: evil,
      transactionId: evil,
      replayId: evil,
      to: evil,
      contacts: [evil],
    });
    expect(html).not.toMatch(/<img|<script|"alert/);
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
  });

  it('keeps a line a line, its direction, and long values short', () => {
    const { text } = notificationMail({
      ...notification,
      message: {
        note: 'one\r\nTo end that, write to evil@example.com',
        turned: 'invoice\u202efdp.exe',
        long: 'x'.repeat(5000),
      },
    });
    expect(text).toContain('note: one To end that, write to evil@example.com\n');
    expect(text).toContain('turned: invoice fdp.exe\n');
    expect(text).toContain(`long: ${'x'.repeat(1000)}…\n`);
  });

  it('takes a time that is none as it is', () => {
    const { text } = notificationMail({ ...notification, eventTimestamp: 'yesterday' });
    expect(text).toContain('Event time: yesterday\n');
  });
});

describe('headlineOf', () => {
  const entry = {
    description: 'TFF has closed it: nothing is left to do. Well done.',
    headline: { about: 'wonum', happened: ['summary', 'status'] },
  };

  it.each<[string, Record<string, unknown>, string]>([
    ['what it is about and what has happened', { wonum: 'WO-1', summary: 'Closed' }, 'WO-1: Closed'],
    ['the next best words', { wonum: 'WO-1', summary: ' ', status: 'CLOSED' }, 'WO-1: CLOSED'],
    ['the description without any', { wonum: 'WO-1' }, 'WO-1: TFF has closed it'],
    ['… and nothing it is about', {}, 'TFF has closed it'],
    ['a number once', { wonum: 'WO-1', summary: 'WO-1 is closed' }, 'WO-1 is closed'],
    ['a number that is a number', { wonum: 7, summary: 'Closed' }, '7: Closed'],
    ['no objects', { wonum: { a: 1 }, summary: ['b'], status: null }, 'TFF has closed it'],
    ['one line', { wonum: 'WO-1\r\nBcc: x', summary: 'Closed\u2028' }, 'WO-1 Bcc: x: Closed'],
  ])('has %s', (_name, message, expected) => {
    expect(headlineOf(entry, message)).toBe(expected);
  });

  it('is no longer than 120 characters', () => {
    expect(headlineOf(entry, { summary: 'x'.repeat(120) })).toBe('x'.repeat(120));
    expect(headlineOf(entry, { summary: 'x'.repeat(121) })).toBe(`${'x'.repeat(119)}…`);
  });

  it('takes a type without a headline', () => {
    expect(headlineOf({ description: 'It is so.' }, { wonum: 'WO-1' })).toBe('It is so');
  });
});

describe('messageIdOf', () => {
  it.each([
    ['n-1', null, FROM, '<n-1@example.co.nz>'],
    ['n-1', null, 'karere@example.co.nz', '<n-1@example.co.nz>'],
    ['n-1', null, 'karere', '<n-1@karere.invalid>'],
    ['n-1', 'r-1', FROM, '<n-1.r-1@example.co.nz>'],
    ['n>1\r\nx', null, FROM, '<n1x@example.co.nz>'],
  ])('of %j in replay %j from %j is %s', (id, replayId, from, expected) => {
    expect(messageIdOf(id, replayId, from)).toBe(expected);
  });
});

it('a list id has no more than one domain', () => {
  expect(listIdOf('s-1>\r\n', FROM)).toBe('<s-1.example.co.nz>');
});
