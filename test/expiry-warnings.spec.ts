import { Expiry } from '../src/tuatahi/expiry.service';
import { toExpiry } from '../src/tuatahi/expires-on.policy';
import { ExpiryWarnings } from '../src/tuatahi/expiry-warnings.service';
import { connected } from './support/connected';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { readMailFolder } from './support/read-mail-folder';
import { Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { untilOneWaits } from './support/table-lock';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let gateway: Gateway;
let replica: Gateway;
let made = 0;

beforeAll(async () => {
  gateway = await startGateway();
  replica = await startGateway({ databaseUrl: gateway.databaseUrl });
});
beforeEach(() => gateway.dataSource.query(`UPDATE tuatahi_subscription SET state = 'deleted'`));
afterEach(() => expectBalancedLedger(gateway.dataSource));
afterAll(async () => {
  await replica.close();
  await gateway.close();
});

interface Ending extends Subscription {
  readonly subscriber: Subscriber;
}

/** A subscription that ends at an instant, of a party of its own. */
async function endingAt(end: Date, more: object = {}): Promise<Ending> {
  made += 1;
  const subscriber = new Subscriber(gateway, `party-${made}`);
  const subscription = await subscriber.subscribe(subscriptionTo('http://127.0.0.1:9/hook', more));
  await gateway.dataSource.query('UPDATE tuatahi_subscription SET expires_at = $2 WHERE id = $1', [
    subscription.id,
    end,
  ]);
  return { ...subscription, subscriber };
}

function warn(now: Date, who = gateway): Promise<number | undefined> {
  return who.app.get(ExpiryWarnings).warnDue(now);
}

/** Looks at these times. @returns at which of them was warned of what */
async function warnings(times: readonly Date[]): Promise<{ id: string; daysLeft: number; at: Date }[]> {
  const all: { id: string; daysLeft: number; at: Date }[] = [];
  let head = await headOf(gateway);
  for (const at of times) {
    if ((await warn(at)) === 0) continue;
    for (const event of await eventsOf(gateway, head)) {
      if (event.type !== 'tuatahi.subscription.expiring') continue;
      all.push({ id: event.data.subscriptionId, daysLeft: event.data.daysLeft, at });
    }
    head = await headOf(gateway);
  }
  return all;
}

/** How many days before the end a job looks, each day at the same time. */
function daysBefore(end: Date, ...days: readonly number[]): Date[] {
  return days.map((day) => new Date(end.getTime() - day * DAY - HOUR));
}

const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Pacific/Auckland', dateStyle: 'short' });

function dayInNewZealand(instant: Date): string {
  return calendar.format(instant);
}

function daysEarlier(date: string, days: number): string {
  return new Date(Date.parse(date) - days * DAY).toISOString().slice(0, 10);
}

describe('the contacts of a subscription are warned', () => {
  it('30, 7 and 1 days before its last day in New Zealand, once each, through a year with both changes of the clock', async () => {
    const start = new Date('2026-10-10T00:00:00Z');
    // The clock is put back on 4 April 2027 and forward on 26 September: on these days, after and before them.
    const lastDays = [
      '2026-10-12',
      '2026-12-31',
      '2027-04-03',
      '2027-04-04',
      '2027-04-05',
      '2027-04-11',
    ].concat(['2027-05-04', '2027-09-25', '2027-09-26', '2027-09-27', '2027-10-03', '2027-10-09']);
    const subscriptions = new Map<string, string>();
    for (const day of lastDays) subscriptions.set((await endingAt(toExpiry(day, start))).id, day);

    const looks = Array.from({ length: 2 * 366 }, (_, n) => new Date(start.getTime() + n * 12 * HOUR));
    const sent = await warnings(looks);
    expect(
      sent
        .map(({ id, daysLeft, at }) => `${subscriptions.get(id)} ${daysLeft} ${dayInNewZealand(at)}`)
        .toSorted(),
    ).toEqual(
      lastDays
        .flatMap((day) => [30, 7, 1].map((days) => `${day} ${days} ${daysEarlier(day, days)}`))
        // The first one ends too soon for the first two.
        .filter((line) => !/^2026-10-12 (30|7)/.test(line))
        .concat('2026-10-12 7 2026-10-10')
        .toSorted(),
    );
  });

  it('also when nobody looked on the day, by the nearest that was missed and no more', async () => {
    const end = new Date('2027-06-30T12:00:00Z');
    const { id } = await endingAt(end);
    const sent = await warnings(daysBefore(end, 40, 22, 21, 3, 2.5, 2));
    expect(sent).toEqual([
      { id, daysLeft: 30, at: daysBefore(end, 22)[0] },
      { id, daysLeft: 7, at: daysBefore(end, 3)[0] },
    ]);
    expect((await warnings(daysBefore(end, 0))).map(({ daysLeft }) => daysLeft)).toEqual([1]);
    expect(await warnings(daysBefore(end, 0, -1))).toEqual([]);
  });

  it('not at the end and not after it, nor when it was deleted or has expired', async () => {
    const end = new Date('2027-06-30T12:00:00Z');
    const [, deleted, expired] = [await endingAt(end), await endingAt(end), await endingAt(end)];
    await deleted.subscriber.ask('DELETE', `/subscriptions/${deleted.id}`);
    await gateway.dataSource.query(`UPDATE tuatahi_subscription SET state = 'expired' WHERE id = $1`, [
      expired.id,
    ]);
    expect(await warn(end)).toBe(0);
    expect(await warn(new Date(end.getTime() + 1))).toBe(0);
    expect(await warn(new Date(end.getTime() - 1))).toBe(1);
  });

  it('anew when it was extended', async () => {
    const now = Date.now();
    const end = new Date(now + 20 * DAY);
    const one = await endingAt(end);
    expect((await warnings([new Date(now)])).map(({ daysLeft }) => daysLeft)).toEqual([30]);
    const expiresOn = new Date(now + 60 * DAY).toISOString();
    await one.subscriber.ask('PATCH', `/subscriptions/${one.id}`, { expiresOn });
    const later = [0, 29, 31, 54, 59].map((days) => new Date(now + days * DAY + HOUR));
    expect((await warnings(later)).map(({ daysLeft }) => daysLeft)).toEqual([30, 7, 1]);
    // To the same end, too: who has set it has heard of it, and hears of it again.
    await one.subscriber.ask('PATCH', `/subscriptions/${one.id}`, { expiresOn });
    expect((await warnings([new Date(now + 55 * DAY)])).map(({ daysLeft }) => daysLeft)).toEqual([7]);
  });

  it('anew when it was revived', async () => {
    const now = Date.now();
    const one = await endingAt(new Date(now + DAY));
    expect(await warn(new Date(now))).toBe(1);
    await gateway.app.get(Expiry).expireDue(new Date(now + 2 * DAY));
    await one.subscriber.ask('PATCH', `/subscriptions/${one.id}`, {
      expiresOn: new Date(now + 10 * DAY).toISOString(),
    });
    expect((await warnings([new Date(now)])).map(({ daysLeft }) => daysLeft)).toEqual([30]);
  });
});

describe('a warning', () => {
  it('is a mail to each contact, and nothing of the subscription itself', async () => {
    const end = new Date('2027-06-30T12:00:00Z');
    const contactEmails = [{ email: 'ana@example.co.nz' }, { email: 'rangi@example.co.nz' }];
    const { id } = await endingAt(end, { contactEmails });
    await warnings(daysBefore(end, 5));
    await gateway.settle();
    await gateway.deliver();
    const { to } = gateway.config.delivery.mail;
    const mails = await readMailFolder('folder' in to ? to.folder : '');
    const about = mails.filter((mail) => JSON.stringify(mail).includes(id));
    expect(
      about.map(({ headers }) => headers['to'] ?? '').toSorted((one, other) => (one < other ? -1 : 1)),
    ).toEqual(['ana@example.co.nz', 'rangi@example.co.nz']);
    for (const { headers } of about) {
      expect(JSON.stringify(headers)).toContain('tuatahi.subscription.expiring');
    }
    expect(
      await gateway.dataSource.query('SELECT sequence FROM tuatahi_subscription WHERE id = $1', [id]),
    ).toEqual([{ sequence: '0' }]);
  });

  it('is sent once, when two replicas look at the same instant', async () => {
    const end = new Date('2027-06-30T12:00:00Z');
    for (let n = 0; n < 5; n += 1) await endingAt(end);
    const [at = end] = daysBefore(end, 5);
    const head = await headOf(gateway);
    const counts = await Promise.all([warn(at), warn(at, replica), warn(at), warn(at, replica)]);
    expect(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)).toBe(5);
    expect(await eventsOf(gateway, head)).toHaveLength(5);
  });

  it('is left to the replica that is at it', async () => {
    const end = new Date('2027-06-30T12:00:00Z');
    await endingAt(end);
    const [at = end] = daysBefore(end, 5);
    const client = await connected(gateway.databaseUrl);
    await client.query('BEGIN');
    await client.query('LOCK TABLE event_log_head');
    const first = warn(at);
    await untilOneWaits(gateway.dataSource);
    expect(await warn(at, replica)).toBeUndefined();
    await client.end();
    expect(await first).toBe(1);
  });

  it('of one does not wait for others that are not due', async () => {
    const noon = new Date('2027-06-30T00:00:00Z');
    const one = await endingAt(new Date(noon.getTime() + 22 * DAY));
    // More than are looked at in one turn, all of them warned of 30 days; 7 days are not yet reached.
    await gateway.dataSource.query(
      `INSERT INTO tuatahi_subscription (id, party_id, client_id, organisation, event_type, contact_emails,
         expires_at, expires_on, warned_days)
       SELECT gen_random_uuid(), 'many', client_id, organisation, event_type, contact_emails, $2, '', '{30}'
       FROM tuatahi_subscription, generate_series(1, 501) WHERE id = $1`,
      [one.id, noon],
    );
    // In New Zealand it is the evening of the eighth day before.
    expect((await warnings([new Date('2027-06-22T08:00:00Z')])).map(({ id }) => id)).toEqual([one.id]);
    const later = new Date('2027-06-22T12:00:00Z');
    expect([await warn(later), await warn(later), await warn(later)]).toEqual([500, 1, 0]);
  });
});
