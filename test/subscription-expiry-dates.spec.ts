import { Expiry } from '../src/tuatahi/expiry.service';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import type { Answer } from './support/http';
import { expectBalancedLedger } from './support/notification-ledger';
import { expectProblem } from './support/problem';
import { rowCounts } from './support/rows';
import { Story } from './support/story';
import { Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Two replicas on one database. */
let gateway: Gateway;
let replica: Gateway;
/** Each test has a party of its own. */
let subscriber: Subscriber;
let parties = 0;

beforeAll(async () => {
  gateway = await startGateway();
  replica = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(async () => {
  await replica.close();
  await gateway.close();
});
beforeEach(() => {
  parties += 1;
  subscriber = new Subscriber(gateway, `rsp-${parties}`);
});

const HOOK = 'http://127.0.0.1:4000/hook';

function create(expiresOn?: string): Promise<Answer> {
  return subscriber.ask('POST', '/subscriptions', subscriptionTo(HOOK, { expiresOn }));
}

function change({ id }: Pick<Subscription, 'id'>, expiresOn: string, who = subscriber): Promise<Answer> {
  return who.ask('PATCH', `/subscriptions/${id}`, { expiresOn });
}

/** The instant at which it ends, as it was stated last. */
async function statedEnd({ id }: Pick<Subscription, 'id'>): Promise<Date> {
  const [stated] = (await eventsOf(gateway)).filter(({ subject }) => subject === id).slice(-1);
  if (stated?.type !== 'tuatahi.subscription.created' && stated?.type !== 'tuatahi.subscription.extended') {
    throw new Error(`nothing was stated of ${id}`);
  }
  return new Date(stated.data.expiresAt);
}

/** `expiresOn` of the answer and the instant that it means, when it is sent at creation, and when it is sent later. */
async function endsBy(expiresOn: string): Promise<{ shown: string; end: string }> {
  const created = await create(expiresOn);
  const shown = String(created.body['expiresOn']);
  const end = await statedEnd(created.body as object as Subscription);
  const other = await subscriber.subscribe(subscriptionTo(`${HOOK}/other`));
  const changed = await change(other, expiresOn);
  expect(changed.body['expiresOn']).toBe(shown);
  expect(await statedEnd(other)).toEqual(end);
  for (const { body } of [created, changed]) {
    await subscriber.ask('DELETE', `/subscriptions/${String(body['id'])}`);
  }
  return { shown, end: end.toISOString() };
}

const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Pacific/Auckland', dateStyle: 'short' });

/** The day that it is in New Zealand, so many days from now. */
function dayAhead(days: number): string {
  return calendar.format(Date.now() + days * DAY);
}

function dayAfter(date: string): string {
  return new Date(Date.parse(date) + DAY).toISOString().slice(0, 10);
}

/** The coming Sunday, within a year, among these days of a month. */
function sunday(month: number, first: number): string[] {
  const thisYear = new Date().getUTCFullYear();
  return [thisYear, thisYear + 1]
    .flatMap((year) => [0, 1, 2, 3, 4, 5, 6].map((day) => new Date(Date.UTC(year, month, first + day))))
    .filter((date) => date.getUTCDay() === 0)
    .map((date) => date.toISOString().slice(0, 10))
    .filter((date) => date > dayAhead(1) && date < dayAhead(363));
}

/** New Zealand puts its clocks forward on the last Sunday of September, and back on the first one of April. */
const SWITCHES = [
  ...sunday(8, 24).map((date) => ({ date, before: '+12:00', after: '+13:00', halfPastTwo: '03:30:00' })),
  ...sunday(3, 1).map((date) => ({ date, before: '+13:00', after: '+12:00', halfPastTwo: '02:30:00' })),
];

describe('expiresOn', () => {
  it('that is a date means the end of that day in New Zealand, and comes back as it was', async () => {
    for (const days of [1, 30, 363]) {
      const date = dayAhead(days);
      const { shown, end } = await endsBy(date);
      expect(shown).toBe(date);
      expect(calendar.format(new Date(end))).toBe(dayAfter(date));
      expect(calendar.format(Date.parse(end) - 1)).toBe(date);
    }
  });

  it('may be today, which is not over, but not yesterday', async () => {
    // Should the day end meanwhile, it is the next one.
    const today = calendar.format(Date.now() + 60_000);
    expect((await create(today)).body['expiresOn']).toBe(today);
    expectProblem(await create(dayAhead(-1)), '400 invalid-input', '/expiresOn future');
  });

  it('with a zone is the instant that it says, and without one is New Zealand time', async () => {
    const date = dayAhead(40);
    expect((await endsBy(`${date}T10:20:30.456Z`)).end).toBe(`${date}T10:20:30.456Z`);
    expect((await endsBy(`${date}T10:20:30+05:30`)).end).toBe(`${date}T04:50:30.000Z`);
    const { shown, end } = await endsBy(`${date}T00:00:01`);
    expect(shown).toBe(date);
    expect(new Date(end).toLocaleString('sv-SE', { timeZone: 'Pacific/Auckland' })).toBe(`${date} 00:00:01`);
  });

  it.each(SWITCHES)(
    'on $date, when the clocks are changed, is read by the clock of the hour',
    async ({ date, before, after, halfPastTwo }) => {
      const eve = new Date(Date.parse(date) - DAY).toISOString().slice(0, 10);
      expect(await endsBy(eve)).toEqual({ shown: eve, end: utc(`${date}T00:00:00${before}`) });
      expect(await endsBy(date)).toEqual({ shown: date, end: utc(`${dayAfter(date)}T00:00:00${after}`) });
      expect((await endsBy(`${date}T01:59:59`)).end).toBe(utc(`${date}T01:59:59${before}`));
      expect((await endsBy(`${date}T02:30:00`)).end).toBe(utc(`${date}T${halfPastTwo}${after}`));
      expect((await endsBy(`${date}T03:00:00`)).end).toBe(utc(`${date}T03:00:00${after}`));
    },
  );

  it.each([
    ['absent', undefined],
    ['more than a year ahead', dayAhead(367)],
    ['far ahead', '2999-12-31'],
    ['far ahead, to the second', '2999-12-31T23:59:59Z'],
  ])('%s means a year from now', async (_case, expiresOn) => {
    const start = new Date();
    const { status, body } = await create(expiresOn);
    expect(status).toBe(201);
    const end = await statedEnd(body as object as Subscription);
    const [from, to] = [start, new Date()].map((now) => now.setUTCFullYear(now.getUTCFullYear() + 1));
    // The clock of New Zealand may show another offset then.
    expect(end.getTime()).toBeGreaterThanOrEqual(Number(from) - HOUR);
    expect(end.getTime()).toBeLessThanOrEqual(Number(to) + HOUR);
    expect(body['expiresOn']).toBe(calendar.format(end.getTime() - 1));
  });

  it.each<[string, string, unknown]>([
    ['future', 'past', '2019-08-24'],
    ['future', 'past to the second', '2019-08-24T10:00:00Z'],
    ['future', 'now', new Date().toISOString()],
    ['expiresOn', 'a day that does not exist', '2027-02-29'],
    ['expiresOn', 'no date', 'tomorrow'],
    ['expiresOn', 'a date written otherwise', '24/08/2027'],
    ['expiresOn', 'a date in a basic format', '20270824'],
    ['expiresOn', 'a week', '2027-W10-1'],
    ['expiresOn', 'a time that does not exist', '2027-03-01T24:00:00'],
    ['expiresOn', 'a year of five digits', '12027-03-01'],
    ['expiresOn', 'a date with a zone alone', '2027-03-01Z'],
    ['text', 'a number', 1_800_000_000],
    ['text', 'long', '2027-03-01'.padEnd(41)],
    ['text', 'empty', ''],
    ['text', 'a list', ['2027-03-01']],
  ])('is refused as %s when it is %s', async (keyword, _case, expiresOn) => {
    const live = await subscriber.subscribe(subscriptionTo(`${HOOK}/live`));
    const before = await rowCounts(gateway.dataSource);
    const place = `/expiresOn ${keyword}`;
    expectProblem(await create(expiresOn as string), '400 invalid-input', place);
    expectProblem(await change(live, expiresOn as string), '400 invalid-input', place);
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    expect((await subscriber.ask('GET', `/subscriptions/${live.id}`)).body['expiresOn']).toBe(live.expiresOn);
  });
});

describe('a subscription that has come to its end', () => {
  /** Ends what is due; returns how many, and undefined when it was the other replica's turn. */
  function expire(now: Date, where: Gateway = gateway): Promise<number | undefined> {
    return where.app.get(Expiry).expireDue(now);
  }

  function after(end: Date, milliseconds: number): Date {
    return new Date(end.getTime() + milliseconds);
  }

  async function typesOf({ id }: Pick<Subscription, 'id'>): Promise<string[]> {
    const about = (await eventsOf(gateway)).filter(({ subject }) => subject === id);
    return about.map(({ type }) => type.replace('tuatahi.subscription.', ''));
  }

  // What the tests before have left does not count.
  beforeEach(() => expire(new Date(Date.now() + 1000 * DAY)));

  it('is active until then and expired from then on, which is stated once', async () => {
    const due = await subscriber.subscribe(subscriptionTo(HOOK, { expiresOn: dayAhead(20) }));
    const later = await subscriber.subscribe(subscriptionTo(`${HOOK}/later`, { expiresOn: dayAhead(21) }));
    const gone = await subscriber.subscribe(subscriptionTo(`${HOOK}/gone`, { expiresOn: dayAhead(20) }));
    await subscriber.ask('DELETE', `/subscriptions/${gone.id}`);
    const end = await statedEnd(due);
    const before = await headOf(gateway);

    expect(await expire(after(end, -1))).toBe(0);
    expect(await headOf(gateway)).toBe(before);
    expect((await subscriber.ask('GET', `/subscriptions/${due.id}`)).body['state']).toBe('active');

    expect(await expire(end)).toBe(1);
    expect(await expire(after(end, 1))).toBe(0);
    const { body } = await subscriber.ask('GET', `/subscriptions/${due.id}`);
    expect(body).toMatchObject({ state: 'expired', expiresOn: due.expiresOn });
    expect((await subscriber.ask('GET', `/subscriptions/${later.id}`)).body['state']).toBe('active');
    expect(await eventsOf(gateway, before)).toMatchObject([
      {
        type: 'tuatahi.subscription.expired',
        subject: due.id,
        partyIds: [subscriber.partyId],
        correlationId: null,
        data: { subscriptionId: due.id, expiresAt: end.toISOString() },
      },
    ]);
  });

  it('is ended once, however many replicas look at the same instant', async () => {
    for (let round = 0; round < 5; round += 1) {
      const request = (path: number): object =>
        subscriptionTo(`${HOOK}/${round}/${path}`, { expiresOn: dayAhead(9) });
      for (const path of [1, 2, 3]) await subscriber.subscribe(request(path));
      const before = await headOf(gateway);
      const counts = await Promise.all(
        [gateway, replica, gateway, replica].map((where) => expire(new Date(Date.now() + 15 * DAY), where)),
      );
      expect(counts.reduce<number>((sum, count = 0) => sum + count, 0)).toBe(3);
      expect(await headOf(gateway)).toBe(before + 3);
    }
  });

  it('waits for the next turn when very many are due', async () => {
    await gateway.dataSource.query(`
      INSERT INTO tuatahi_subscription
        (id, party_id, client_id, organisation, event_type, contact_emails, expires_at, expires_on)
      SELECT gen_random_uuid(), 'many', 'c', 'o', 'ONTActivation', '{}', now(), '2026-01-01'
      FROM generate_series(1, 501)`);
    const now = new Date();
    expect([await expire(now), await expire(now), await expire(now)]).toEqual([500, 1, 0]);
  });

  it('is revived by a new end, on which it goes on, and is ended again', async () => {
    const subscription = await subscriber.subscribe(subscriptionTo(HOOK, { expiresOn: dayAhead(9) }));
    await expire(new Date(Date.now() + 15 * DAY));
    const answer = await change(subscription, dayAhead(100));
    expect(answer).toMatchObject({ status: 200, body: { state: 'active', expiresOn: dayAhead(100) } });
    expect((await eventsOf(gateway)).at(-1)).toMatchObject({
      type: 'tuatahi.subscription.extended',
      subject: subscription.id,
      data: { revived: true },
    });
    expect(await expire(new Date(Date.now() + 15 * DAY))).toBe(0);
    expect(await expire(new Date(Date.now() + 105 * DAY))).toBe(1);
    expect(await typesOf(subscription)).toEqual(['created', 'expired', 'extended', 'expired']);
  });

  it('counts as revived also when nobody has said yet that it had expired', async () => {
    const subscription = await subscriber.subscribe(subscriptionTo(HOOK));
    await gateway.dataSource.query('UPDATE tuatahi_subscription SET expires_at = now() WHERE id = $1', [
      subscription.id,
    ]);
    await change(subscription, dayAhead(100));
    expect((await eventsOf(gateway)).at(-1)).toMatchObject({
      subject: subscription.id,
      data: { revived: true },
    });
  });

  it('still stands in the way of the same again, which says what to do', async () => {
    const { id } = await subscriber.subscribe(subscriptionTo(HOOK, { expiresOn: dayAhead(9) }));
    await expire(new Date(Date.now() + 15 * DAY));
    const answer = await create();
    expectProblem(answer, '409 duplicate-subscription');
    expect(answer.body['detail']).toMatch(new RegExp(`${id} .* Extend it with PATCH if it has expired`));
    await subscriber.ask('DELETE', `/subscriptions/${id}`);
    expect((await create()).status).toBe(201);
  });

  it('and is extended at the same instant is active in the end, and was revived if it had expired', async () => {
    for (let round = 0; round < 10; round += 1) {
      const subscription = await subscriber.subscribe(
        subscriptionTo(`${HOOK}/${round}`, { expiresOn: dayAhead(9) }),
      );
      const ending = (): Promise<unknown> => expire(new Date(Date.now() + 15 * DAY), replica);
      const extending = (): Promise<unknown> => change(subscription, dayAhead(100));
      await Promise.all(round % 2 === 0 ? [ending(), extending()] : [extending(), ending()]);
      const { body } = await subscriber.ask('GET', `/subscriptions/${subscription.id}`);
      expect(body['state']).toBe('active');
      const types = await typesOf(subscription);
      const hadExpired = types.includes('expired');
      expect(types).toEqual(['created', ...(hadExpired ? ['expired'] : []), 'extended']);
      const extended = (await eventsOf(gateway)).findLast(({ subject }) => subject === subscription.id);
      expect(extended?.data).toMatchObject({ revived: hadExpired });
    }
  });

  it('gets nothing, also before anybody has said so', async () => {
    const owner = new Subscriber(gateway, 'owner');
    const { id } = await owner.subscribe(subscriptionTo(HOOK));
    const headAfterAnEvent = async (): Promise<unknown> => {
      await new Story(gateway).by('CreateWorkOrderNotify');
      await gateway.settle();
      return (await owner.ask('GET', `/subscriptions/${id}/sequence`)).body['head'];
    };
    await gateway.dataSource.query('UPDATE tuatahi_subscription SET expires_at = now() WHERE id = $1', [id]);
    expect(await headAfterAnEvent()).toBe('0');
    await change({ id }, dayAhead(9), owner);
    expect(await headAfterAnEvent()).toBe('1');
    await owner.ask('DELETE', `/subscriptions/${id}`);
  });

  it('gets nothing until it is revived, and then its next number', async () => {
    const receiver = await WebhookReceiver.start();
    try {
      const owner = new Subscriber(gateway, 'owner');
      const subscription = await owner.subscribe(subscriptionTo(receiver.url, { expiresOn: dayAhead(9) }));
      const story = new Story(gateway);
      const tell = async (
        type: 'CreateWorkOrderNotify' | 'PutOnHoldWorkOrderNotify' | 'ResumeWorkOrderNotify',
      ) => {
        await story.by(type);
        await gateway.settle();
      };
      await tell('CreateWorkOrderNotify');
      await gateway.deliver();
      await tell('PutOnHoldWorkOrderNotify');
      await expire(new Date(Date.now() + 15 * DAY));
      await tell('ResumeWorkOrderNotify');
      await gateway.deliver();
      expect(receiver.received.map(({ body }) => body.eventId)).toEqual(['1']);

      await owner.ask('PATCH', `/subscriptions/${subscription.id}`, { expiresOn: dayAhead(100) });
      await tell('PutOnHoldWorkOrderNotify');
      await gateway.deliver();
      expect(receiver.received.map(({ body }) => body.eventId)).toEqual(['1', '3']);
      expect((await owner.ask('GET', `/subscriptions/${subscription.id}/sequence`)).body).toEqual({
        head: '3',
        ranges: [
          { from: '1', to: '1', status: 'sent' },
          { from: '2', to: '2', status: 'expired' },
          { from: '3', to: '3', status: 'sent' },
        ],
      });
      await expectBalancedLedger(gateway.dataSource);
    } finally {
      await receiver.close();
    }
  });
});

function utc(text: string): string {
  return new Date(text).toISOString();
}
