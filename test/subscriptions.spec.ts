import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import type { Answer } from './support/http';
import { expectProblem } from './support/problem';
import { rowCounts } from './support/rows';
import { Subscriber, type Subscription, subscriptionTo } from './support/subscriber';

const UUID = expect.stringMatching(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/) as string;
const SECRET = expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/) as string;
const HIDDEN = '********';
const DAY = 86_400_000;

/** Two replicas on one database. */
let gateway: Gateway;
let replica: Gateway;
/** Each test has a party of its own. */
let subscriber: Subscriber;
let partyId: string;
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
  partyId = `rsp-${parties}`;
  subscriber = new Subscriber(gateway, partyId);
});

/** A date so many days from now. */
function inDays(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
}

const HOOK = 'http://127.0.0.1:4000/hook';

/** As the document has it: every member that it names. */
const PRESCRIBED = {
  eventType: 'ONTActivation',
  filters: {
    target: 'my',
    attributes: [
      {
        status: 'Success',
        errorCode: 'E1',
        errorDetails: 'details',
        errorTitle: 'title',
        error: 'false',
        orderID: 'ORD12345',
        ontSerialNumber: 'ALCL1',
        opticalStatus: 'Good',
        __not__: {
          status: 'Failed',
          errorCode: 'E2',
          errorDetails: 'details',
          errorTitle: 'title',
          error: 'true',
          orderID: 'ORD54321',
          ontSerialNumber: 'ALCL2',
          opticalStatus: 'Bad',
        },
      },
    ],
  },
  contactEmails: [{ email: 'user@example.com' }],
  expiresOn: inDays(100),
  notificationChannels: {
    email: [{ email: 'noc@example.com' }, { email: 'field@example.com' }],
    webhook: [
      { callbackUri: HOOK, errorStrategy: 'ignore', auth: { username: 'karere', password: 'pass-word-1' } },
    ],
  },
};

function subscriptionsOf(party: Subscriber): Promise<object[]> {
  return party.ask('GET', '/subscriptions').then(({ body }) => Object.values(body) as object[]);
}

function outcomesOf(answers: readonly Answer[]): string[] {
  return answers.map(({ status }) => String(status)).toSorted();
}

/** The same subscription as it is shown ever after. */
function withoutSecret(subscription: Subscription): Subscription {
  return JSON.parse(
    JSON.stringify(subscription, (name, value: unknown) => (name === 'secret' ? undefined : value)),
  ) as Subscription;
}

describe('POST /tuatahi/subscriptions', () => {
  it('takes the request of the interface document and answers as the document says, and with a secret', async () => {
    const { status, headers, body } = await subscriber.ask('POST', '/subscriptions', PRESCRIBED);
    expect(status).toBe(201);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['location']).toBe(`/tuatahi/subscriptions/${String(body['id'])}`);
    expect(body).toEqual({
      id: UUID,
      eventType: 'ONTActivation',
      filters: PRESCRIBED.filters,
      contactEmails: PRESCRIBED.contactEmails,
      expiresOn: PRESCRIBED.expiresOn,
      state: 'active',
      clientId: 'client-1',
      organisation: 'Org One',
      partyIds: [partyId],
      notificationChannels: {
        email: [
          {
            id: UUID,
            state: 'enabled',
            email: [{ email: 'field@example.com' }, { email: 'noc@example.com' }],
          },
        ],
        webhook: [
          {
            id: UUID,
            state: 'enabled',
            secret: SECRET,
            webhook: [
              {
                callbackUri: HOOK,
                errorStrategy: 'ignore',
                auth: { username: 'karere', password: HIDDEN },
              },
            ],
          },
        ],
      },
    });
  });

  it('needs no more than a type, a contact and a channel', async () => {
    const { status, body } = await subscriber.ask('POST', '/subscriptions', {
      eventType: 'ONTActivation',
      contactEmails: [{ email: 'user@example.com' }],
      notificationChannels: { webhook: [{ callbackUri: HOOK }] },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: UUID,
      eventType: 'ONTActivation',
      contactEmails: [{ email: 'user@example.com' }],
      expiresOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
      state: 'active',
      clientId: 'client-1',
      organisation: 'Org One',
      partyIds: [partyId],
      notificationChannels: {
        email: [],
        webhook: [
          {
            id: UUID,
            state: 'enabled',
            secret: SECRET,
            webhook: [{ callbackUri: HOOK, errorStrategy: 'ignore' }],
          },
        ],
      },
    });
  });

  it('takes null for what may be left out', async () => {
    const { notificationChannels } = await subscriber.subscribe({
      ...PRESCRIBED,
      filters: null,
      expiresOn: null,
      notificationChannels: {
        email: null,
        webhook: [{ callbackUri: HOOK, errorStrategy: null, auth: null, apiKey: null, ratePerSecond: null }],
      },
    });
    expect(notificationChannels.email).toEqual([]);
    expect(notificationChannels.webhook[0]?.webhook).toEqual([
      { callbackUri: HOOK, errorStrategy: 'ignore' },
    ]);
  });

  it('makes a channel, with a secret of its own, of each webhook, and one of all addresses', async () => {
    const { notificationChannels } = await subscriber.subscribe({
      ...PRESCRIBED,
      notificationChannels: {
        email: ['b', 'a', 'b'].map((name) => ({ email: `${name}@example.com` })),
        webhook: [
          { callbackUri: `${HOOK}/1`, errorStrategy: 'retry', apiKey: 'key-of-theirs', ratePerSecond: 7 },
          { callbackUri: `${HOOK}/2`, errorStrategy: 'ignore' },
        ],
      },
    });
    const { email, webhook } = notificationChannels;
    expect(email.map((channel) => channel.email)).toEqual([
      [{ email: 'a@example.com' }, { email: 'b@example.com' }],
    ]);
    expect(webhook.map((channel) => channel.webhook)).toEqual([
      [{ callbackUri: `${HOOK}/1`, errorStrategy: 'retry', apiKey: HIDDEN, ratePerSecond: 7 }],
      [{ callbackUri: `${HOOK}/2`, errorStrategy: 'ignore' }],
    ]);
    expect(new Set(webhook.map(({ secret }) => secret)).size).toBe(2);
    expect(new Set([...email, ...webhook].map(({ id }) => id)).size).toBe(3);
  });

  it('states that there is one, of the party that made it, under the transaction of the request', async () => {
    const before = await headOf(gateway);
    const answer = await subscriber.ask('POST', '/subscriptions', subscriptionTo(HOOK));
    const id = String(answer.body['id']);
    expect(await eventsOf(gateway, before)).toMatchObject([
      {
        type: 'tuatahi.subscription.created',
        source: '/tuatahi',
        subject: id,
        partyIds: [partyId],
        correlationId: answer.headers['x-transaction-id'],
        data: { subscriptionId: id, partyId: partyId, eventType: 'SPWorkOrderNotification' },
      },
    ]);
  });

  it('takes any event type that there is, and prefixes', async () => {
    for (const eventType of ['SPWorkOrderNotification', 'spg.task.closed', 'spg.*', 'spg.work-order.*']) {
      const created = await subscriber.subscribe(subscriptionTo(HOOK, { eventType }));
      expect(created.eventType).toBe(eventType);
    }
  });
});

describe('a secret', () => {
  const password = 'pass-word-of-theirs';
  const apiKey = 'api-key-of-theirs';

  it('is shown once, by the answer that made it; passwords and keys never are; none is stored in clear', async () => {
    const created = await subscriber.subscribe(
      subscriptionTo(HOOK, {
        notificationChannels: {
          webhook: [{ callbackUri: HOOK, apiKey, auth: { username: 'karere', password } }],
        },
      }),
    );
    const [{ secret } = {}] = created.notificationChannels.webhook;
    const path = `/subscriptions/${created.id}`;
    const shown: Answer[] = [
      await subscriber.ask('GET', path),
      await subscriber.ask('GET', '/subscriptions'),
      await subscriber.ask('PATCH', path, { expiresOn: inDays(9) }),
    ];
    const seen = [
      ...shown.map(({ bytes }) => bytes.toString()),
      JSON.stringify(await eventsOf(gateway)),
      JSON.stringify(gateway.logs),
      JSON.stringify(await gateway.dataSource.query('SELECT * FROM delivery_channel')),
      JSON.stringify(await gateway.dataSource.query('SELECT * FROM tuatahi_subscription')),
    ];
    for (const text of seen) {
      for (const hidden of [password, apiKey, String(secret), String(secret).slice('whsec_'.length)]) {
        expect(text).not.toContain(hidden);
      }
    }
    expect(JSON.stringify(created)).not.toContain(password);
    expect(JSON.stringify(created)).not.toContain(apiKey);
  });
});

describe('GET', () => {
  it('of all gives a bare list, the oldest first, empty when there is none', async () => {
    expect(await subscriptionsOf(subscriber)).toEqual([]);
    const created: Subscription[] = [];
    for (const name of ['c', 'a', 'b']) {
      created.push(await subscriber.subscribe(subscriptionTo(`${HOOK}/${name}`)));
    }
    expect(await subscriptionsOf(subscriber)).toEqual(created.map(withoutSecret));
  });

  it('of one gives what its creation gave, but for the secret, on every replica', async () => {
    const created = await subscriber.subscribe(PRESCRIBED);
    await subscriber.subscribe(subscriptionTo(HOOK));
    const elsewhere = new Subscriber(replica, partyId);
    for (const asked of [created.id, created.id.toUpperCase()]) {
      const { status, body } = await elsewhere.ask('GET', `/subscriptions/${asked}`);
      expect({ status, body }).toEqual({ status: 200, body: withoutSecret(created) });
    }
  });

  it.each([
    ['another id', '497f6eca-6276-4993-bfeb-53cbbbba6f08', '404 unknown-subscription', []],
    ['what is no UUID', 'first', '400 invalid-input', ['{id} uuid']],
    ['what is almost one', '497f6eca-6276-4993-bfeb-53cbbbba6f0', '400 invalid-input', ['{id} uuid']],
    ['what PostgreSQL can not hold', '%00', '400 invalid-input', ['{id} uuid']],
  ])('of %s is refused', async (_case, id, kind, places) => {
    await subscriber.subscribe(PRESCRIBED);
    expectProblem(await subscriber.ask('GET', `/subscriptions/${id}`), kind, ...places);
  });
});

describe('PATCH', () => {
  it('sets the end, answers with the whole, and states it', async () => {
    const created = await subscriber.subscribe(PRESCRIBED);
    const before = await headOf(gateway);
    const answer = await subscriber.ask('PATCH', `/subscriptions/${created.id}`, { expiresOn: inDays(200) });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...withoutSecret(created), expiresOn: inDays(200) });
    expect((await subscriber.ask('GET', `/subscriptions/${created.id}`)).body).toEqual(answer.body);
    expect(await eventsOf(gateway, before)).toMatchObject([
      {
        type: 'tuatahi.subscription.extended',
        subject: created.id,
        partyIds: [partyId],
        correlationId: answer.headers['x-transaction-id'],
        data: { subscriptionId: created.id, revived: false },
      },
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['an empty object', {}, ['/expiresOn required']],
    ['nothing', undefined, ['/expiresOn required']],
    ['null in its place', { expiresOn: null }, ['/expiresOn required']],
    ['a list', [], [' object']],
    ['a number', { expiresOn: 20_300_101 }, ['/expiresOn text']],
    ['a day that does not exist', { expiresOn: '2027-02-30' }, ['/expiresOn expiresOn']],
    ['a day that is over', { expiresOn: '2019-08-24' }, ['/expiresOn future']],
    ['another member alone', { contactEmails: [{ email: 'a@example.com' }] }, ['/contactEmails unknown']],
    [
      'other members besides',
      { expiresOn: inDays(9), filters: null, x: 1 },
      ['/filters unknown', '/x unknown'],
    ],
  ])('with %s is refused and changes nothing', async (_case, change, places) => {
    const created = await subscriber.subscribe(PRESCRIBED);
    const before = await rowCounts(gateway.dataSource);
    const path = `/subscriptions/${created.id}`;
    expectProblem(await subscriber.ask('PATCH', path, change), '400 invalid-input', ...places);
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    expect((await subscriber.ask('GET', path)).body).toEqual(withoutSecret(created));
  });
});

describe('DELETE', () => {
  it('answers 204 with nothing in it, states it, and then there is none', async () => {
    const created = await subscriber.subscribe(PRESCRIBED);
    const kept = await subscriber.subscribe(subscriptionTo(HOOK));
    const before = await headOf(gateway);
    const path = `/subscriptions/${created.id}`;
    const { status, bytes, headers } = await subscriber.ask('DELETE', path);
    expect({ status, length: bytes.length }).toEqual({ status: 204, length: 0 });
    expect(await eventsOf(gateway, before)).toMatchObject([
      {
        type: 'tuatahi.subscription.deleted',
        subject: created.id,
        partyIds: [partyId],
        correlationId: headers['x-transaction-id'],
      },
    ]);
    expect(await subscriptionsOf(subscriber)).toEqual([withoutSecret(kept)]);

    const [{ id: channelId } = { id: '' }] = created.notificationChannels.webhook;
    const rows = await rowCounts(gateway.dataSource);
    for (const [method, place, body] of [
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['PATCH', '', { expiresOn: inDays(9) }],
      ['GET', '/sequence', undefined],
      ['POST', '/test', { channelId }],
      ['POST', `/channels/${channelId}/secret`, undefined],
      ['POST', `/channels/${channelId}/enable`, undefined],
    ] as const) {
      expectProblem(await subscriber.ask(method, path + place, body), '404 unknown-subscription');
    }
    expect(await rowCounts(gateway.dataSource)).toEqual(rows);
  });

  it('leaves room for the same again, as another subscription', async () => {
    const first = await subscriber.subscribe(PRESCRIBED);
    await subscriber.ask('DELETE', `/subscriptions/${first.id}`);
    const second = await subscriber.subscribe(PRESCRIBED);
    expect(second.id).not.toBe(first.id);
    expect(await subscriptionsOf(subscriber)).toEqual([withoutSecret(second)]);
    expectProblem(await subscriber.ask('POST', '/subscriptions', PRESCRIBED), '409 duplicate-subscription');
  });

  it('at the same instant on two replicas ends it once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await subscriber.subscribe(PRESCRIBED);
      const before = await headOf(gateway);
      const answers = await Promise.all(
        [gateway, replica, gateway, replica].map((where) =>
          new Subscriber(where, partyId).ask('DELETE', `/subscriptions/${id}`),
        ),
      );
      expect(outcomesOf(answers)).toEqual(['204', '404', '404', '404']);
      expect(await headOf(gateway)).toBe(before + 1);
    }
  });

  it('and PATCH at the same instant leave it deleted, whichever comes first', async () => {
    const outcomes = new Set<number>();
    for (let round = 0; round < 8; round += 1) {
      const { id } = await subscriber.subscribe(PRESCRIBED);
      const path = `/subscriptions/${id}`;
      const change = (): Promise<Answer> => subscriber.ask('PATCH', path, { expiresOn: inDays(9) });
      const end = (): Promise<Answer> => new Subscriber(replica, partyId).ask('DELETE', path);
      const [first, second] = round % 2 === 0 ? [change(), end()] : [end(), change()];
      const statuses = (await Promise.all([first, second])).map(({ status }) => status);
      expect(statuses).toContain(204);
      for (const status of statuses) outcomes.add(status);
      expectProblem(await subscriber.ask('GET', path), '404 unknown-subscription');
    }
    expect([...outcomes].every((status) => [200, 204, 404].includes(status))).toBe(true);
  });
});

describe('a subscription to what the party has subscribed to already', () => {
  const webhook = { callbackUri: 'http://127.0.0.1:4000/', errorStrategy: 'ignore' };
  const original = {
    eventType: 'ONTActivation',
    filters: {
      target: 'my',
      attributes: [
        { status: 'Success', error: 'false' },
        { __not__: { orderID: '1', opticalStatus: 'Bad' } },
      ],
    },
    contactEmails: [{ email: 'user@example.com' }],
    notificationChannels: {
      webhook: [webhook],
      email: [{ email: 'a@example.com' }, { email: 'b@example.com' }],
    },
  };
  const everything = { ...original, filters: undefined };
  const filteredBy = (...attributes: object[]): object => ({
    ...original,
    filters: { target: 'my', attributes },
  });
  const by = (...webhooks: object[]): object => ({
    ...original,
    notificationChannels: { webhook: webhooks },
  });

  it.each<[string, object, object]>([
    ['word for word', original, original],
    [
      'with filters in another order, and repeated',
      original,
      filteredBy(
        { __not__: { opticalStatus: 'Bad', orderID: '1' } },
        { error: 'false', status: 'Success' },
        { status: 'Success', error: 'false', __not__: {} },
      ),
    ],
    ['with no filters in another way', everything, filteredBy()],
    ['with no filters in yet another way', everything, filteredBy({ status: 'Failed' }, {})],
    [
      'to another of the same callbacks',
      by(webhook, { callbackUri: `${HOOK}/2` }),
      by({ callbackUri: `${HOOK}/3` }, { callbackUri: `${HOOK}/2` }),
    ],
    ['by the callback alone', original, by(webhook)],
    ['with the callback written otherwise', original, by({ callbackUri: 'HTTP://127.1:4000' })],
    [
      'with other settings and another end',
      original,
      {
        ...original,
        contactEmails: [{ email: 'other@example.com' }],
        expiresOn: inDays(9),
        notificationChannels: {
          webhook: [{ ...webhook, errorStrategy: 'retry', apiKey: 'k', ratePerSecond: 1 }],
        },
      },
    ],
    [
      'to the same addresses in another order',
      original,
      {
        ...original,
        notificationChannels: {
          email: ['b', 'a', 'b'].map((name) => ({ email: `${name}@example.com` })),
        },
      },
    ],
  ])('%s is refused', async (_case, first, second) => {
    const { id } = await subscriber.subscribe(first);
    const before = await rowCounts(gateway.dataSource);
    const answer = await new Subscriber(replica, partyId).ask('POST', '/subscriptions', second);
    expectProblem(answer, '409 duplicate-subscription');
    expect(answer.body['detail']).toContain(id);
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it.each<[string, object]>([
    ['of another type', { ...original, eventType: 'tuatahi.ont.activation', filters: undefined }],
    ['with other filters', filteredBy({ status: 'Success', error: 'false' })],
    ['with what is asked for and what is not exchanged', filteredBy({ __not__: { status: 'Success' } })],
    ['to another path', by({ callbackUri: 'http://127.0.0.1:4000/other' })],
    ['to the same path with a query', by({ callbackUri: 'http://127.0.0.1:4000/?a=1' })],
    ['to another port', by({ callbackUri: 'http://127.0.0.1:4001/' })],
    [
      'to some of the addresses',
      { ...original, notificationChannels: { email: [{ email: 'a@example.com' }] } },
    ],
  ])('but %s is another one', async (_case, second) => {
    const first = await subscriber.subscribe(original);
    expect((await subscriber.subscribe(second)).id).not.toBe(first.id);
    expect(await subscriptionsOf(subscriber)).toHaveLength(2);
  });

  it('is one, whatever races for it on two replicas', async () => {
    const askers = [gateway, replica, gateway, replica, gateway, replica].map(
      (where) => new Subscriber(where, partyId),
    );
    const before = await rowCounts(gateway.dataSource);
    await Promise.all(askers.map((asker) => asker.ask('GET', '/subscriptions')));
    for (let round = 0; round < 5; round += 1) {
      const request = subscriptionTo(`${HOOK}/${round}`);
      const answers = await Promise.all(askers.map((asker) => asker.ask('POST', '/subscriptions', request)));
      expect(outcomesOf(answers)).toEqual(['201', '409', '409', '409', '409', '409']);
      const won = answers.find(({ status }) => status === 201);
      for (const lost of answers.filter(({ status }) => status === 409)) {
        expectProblem(lost, '409 duplicate-subscription');
        expect(lost.body['detail']).toContain(won?.body['id']);
      }
    }
    const after = await rowCounts(gateway.dataSource);
    const added = Object.entries(after).map(([table, rows]) => [table, rows - (before[table] ?? 0)] as const);
    expect(Object.fromEntries(added.filter(([, rows]) => rows > 0))).toEqual({
      tuatahi_subscription: 5,
      delivery_channel: 10,
      domain_event: 5,
    });
  });
});
