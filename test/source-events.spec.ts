import { randomUUID } from 'node:crypto';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask } from './support/http';
import { expectBalancedLedger } from './support/notification-ledger';
import { put } from './support/notification';
import { expectProblem } from './support/problem';
import { rowCounts } from './support/rows';
import { Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

type Json = Record<string, unknown>;

/** Two replicas on one database. */
let gateway: Gateway;
let replica: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  replica = await startGateway({ databaseUrl: gateway.databaseUrl });
});
afterAll(async () => {
  await replica.close();
  await gateway.close();
});

const MESSAGE = {
  status: 'Failed',
  errorCode: 'ONT-404',
  errorDetails: 'No light on the fibre',
  errorTitle: 'ONT not found',
  error: true,
  orderID: 'ORD12345',
  ontSerialNumber: 'ALCLB1234567',
  opticalStatus: 'LOS',
};

/** A good event with an id of its own. */
function event(changes: Json = {}): Json & { id: string } {
  return {
    id: randomUUID(),
    eventType: 'ONTActivation',
    eventTimestamp: '2026-08-03T21:15:00.123Z',
    partyIds: ['rsp-1'],
    message: MESSAGE,
    payload: { ontModel: 'G-010G-P', readings: [{ rxPowerDbm: -18.4 }] },
    ...changes,
  };
}

async function publish(body: unknown, where: Gateway = gateway): Promise<Answer> {
  return publishText(JSON.stringify(body), where);
}

async function publishText(body: string, where: Gateway = gateway): Promise<Answer> {
  const token = await where.token({ partyId: 'publisher', scope: 'events:publish' });
  return ask(`${where.url}/tuatahi/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  });
}

/** Status and status of what was published: `202 accepted`. */
function outcomeOf({ status, body }: Answer): string {
  return `${status} ${String(body['status'])}`;
}

/** Outcomes of a list, those that were refused with the kind of their problem. */
function outcomesOf({ status, body }: Answer): string[] {
  expect(status).toBe(202);
  return (Object.values(body) as { status: string; problem?: { type: string; status: number } }[]).map(
    ({ status: outcome, problem }) =>
      problem ? `${outcome}: ${problem.status} ${problem.type.replace(/.*:/, '')}` : outcome,
  );
}

async function expectNothingWritten(work: () => Promise<void>): Promise<void> {
  const before = await rowCounts(gateway.dataSource);
  await work();
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
}

describe('one event', () => {
  it('is accepted and stands in the log, as it was published', async () => {
    const before = await headOf(gateway);
    const published = event({ partyIds: ['rsp-1', 'rsp-2', 'rsp-1'], subject: 'ORD12345' });
    const { status, headers, body } = await publish(published);
    expect({ status, body }).toEqual({ status: 202, body: { id: published.id, status: 'accepted' } });
    const { id, eventType, eventTimestamp, message, payload } = published;
    expect(await eventsOf(gateway, before)).toEqual([
      {
        position: before + 1,
        id: expect.any(String) as string,
        type: 'tuatahi.ont.activation',
        source: '/tuatahi',
        subject: 'ORD12345',
        time: expect.any(String) as string,
        partyIds: ['rsp-1', 'rsp-2'],
        correlationId: headers['x-transaction-id'],
        data: { id, eventType, eventTimestamp, message, payload },
      },
    ]);
  });

  it('is about itself when it does not say what it is about, and may say little', async () => {
    const published = event({ message: {}, payload: {}, subject: null });
    expect(outcomeOf(await publish(published))).toBe('202 accepted');
    expect((await eventsOf(gateway)).at(-1)).toMatchObject({
      subject: published.id,
      data: { message: {}, payload: {} },
    });
  });

  it('is accepted as the OpenAPI document shows it', async () => {
    const { body } = await ask(`${gateway.url}/docs-json`);
    const { schemas } = body['components'] as {
      schemas: Record<string, { properties: Record<string, Json> }>;
    };
    const properties = Object.entries(schemas['PublishEvent']?.properties ?? {});
    const example = properties.map(([name, property]) => [name, (property['examples'] as unknown[])[0]]);
    expect(outcomeOf(await publish(Object.fromEntries(example)))).toBe('202 accepted');
  });

  it('keeps members of its message and payload that nobody knows', async () => {
    const message = { ...MESSAGE, attempts: 2, olt: 'OLT-7', note: null, constructor: 'x' };
    await publish(event({ message, payload: { a: { b: [null, 1.5, { c: '' }] } } }));
    expect((await eventsOf(gateway)).at(-1)?.data).toMatchObject({
      message,
      payload: { a: { b: [null, 1.5, { c: '' }] } },
    });
    const text = JSON.stringify(event({ payload: 'here' })).replace(
      '"here"',
      '{"__proto__":{"x":1},"prototype":2}',
    );
    expect(outcomeOf(await publishText(text))).toBe('202 accepted');
    const { payload } = ((await eventsOf(gateway)).at(-1)?.data ?? {}) as { payload?: object };
    expect(JSON.stringify(payload)).toBe('{"__proto__":{"x":1},"prototype":2}');
  });
});

describe('an event that is published again', () => {
  it('is a duplicate, on every replica, whatever the order of its members and the case of its id', async () => {
    const published = event();
    await publish(published);
    await expectNothingWritten(async () => {
      const members = Object.entries(published).toReversed();
      const message = Object.fromEntries(Object.entries(MESSAGE).toReversed());
      for (const again of [
        published,
        Object.fromEntries(members),
        { ...published, message },
        { ...published, id: published.id.toUpperCase() },
      ]) {
        const { status, body } = await publish(again, replica);
        expect({ status, body }).toEqual({ status: 202, body: { id: published.id, status: 'duplicate' } });
      }
    });
  });

  it.each<[string, Json]>([
    ['another time', { eventTimestamp: '2026-08-03T21:15:00.124Z' }],
    ['other parties', { partyIds: ['rsp-2'] }],
    ['another message', { message: { ...MESSAGE, error: false } }],
    ['another payload', { payload: {} }],
    ['a subject', { subject: 'ORD12345' }],
    ['a member more', { more: true }],
  ])('but with %s is refused, and the first one stands', async (_case, change) => {
    const published = event();
    await publish(published);
    await expectNothingWritten(async () => {
      expectProblem(await publish({ ...published, ...change }, replica), '409 source-event-id-taken');
      expect(outcomeOf(await publish(published))).toBe('202 duplicate');
    });
  });

  it('at the same instant on two replicas is accepted once', async () => {
    for (let round = 0; round < 15; round += 1) {
      const published = event();
      const before = await headOf(gateway);
      const answers = await Promise.all(
        [gateway, replica, gateway, replica].map((where) => publish(published, where)),
      );
      expect(answers.map(outcomeOf).toSorted()).toEqual([
        '202 accepted',
        '202 duplicate',
        '202 duplicate',
        '202 duplicate',
      ]);
      expect(await headOf(gateway)).toBe(before + 1);
    }
  });

  it('at the same instant with different bodies is accepted once, and that one stands', async () => {
    for (let round = 0; round < 15; round += 1) {
      const bodies = [0, 1, 2].map((n) => event({ subject: `version ${n}` }));
      const sent = bodies.map((body) => ({ ...body, id: bodies[0]?.id }));
      const answers = await Promise.all(
        sent.map((body, n) => publish(body, n % 2 === 0 ? gateway : replica)),
      );
      const statuses = answers.map(({ status }) => String(status));
      expect(statuses.toSorted()).toEqual(['202', '409', '409']);
      expect((await eventsOf(gateway)).at(-1)?.subject).toBe(`version ${statuses.indexOf('202')}`);
    }
  });
});

describe('a list', () => {
  it('is taken or refused one by one, and answered in its order', async () => {
    const [known, one, two] = [event(), event(), event()];
    await publish(known);
    const before = await headOf(gateway);
    const answer = await publish([
      one,
      { ...event(), eventType: 'Nothing' },
      known,
      { ...known, payload: {} },
      'text',
      { id: 7 },
      two,
    ]);
    expect(outcomesOf(answer)).toEqual([
      'accepted',
      'refused: 400 invalid-input',
      'duplicate',
      'refused: 409 source-event-id-taken',
      'refused: 400 invalid-input',
      'refused: 400 invalid-input',
      'accepted',
    ]);
    const items = Object.values(answer.body) as { id: unknown; problem?: { errors?: Json[] } }[];
    expect(items.map(({ id }) => id)).toEqual([
      one.id,
      expect.any(String),
      known.id,
      known.id,
      null,
      null,
      two.id,
    ]);
    expect(items[1]?.problem).toEqual({
      type: 'urn:problem-type:karere:invalid-input',
      title: 'The request is not valid',
      status: 400,
      detail: 'The members to mend are in errors.',
      errors: [{ pointer: '/eventType', detail: 'must be one of ONTActivation', keyword: 'choice' }],
    });
    expect((await eventsOf(gateway, before)).map(({ subject }) => subject)).toEqual([one.id, two.id]);
  });

  it('with the same id twice takes the first', async () => {
    const [same, changed] = [event(), event()];
    const before = await headOf(gateway);
    const answer = await publish([
      same,
      changed,
      { ...same, id: same.id.toUpperCase() },
      { ...changed, subject: 'another' },
      changed,
    ]);
    expect(outcomesOf(answer)).toEqual([
      'accepted',
      'accepted',
      'duplicate',
      'refused: 409 source-event-id-taken',
      'duplicate',
    ]);
    expect((await eventsOf(gateway, before)).map(({ subject }) => subject)).toEqual([same.id, changed.id]);
  });

  it('with one that is refused and one that is good under the same id takes the good one', async () => {
    const good = event();
    const answer = await publish([{ ...good, message: 7 }, good]);
    expect(outcomesOf(answer)).toEqual(['refused: 400 invalid-input', 'accepted']);
  });

  it('has 1 to 1000 events', async () => {
    await expectNothingWritten(async () => {
      expectProblem(await publish([]), '400 invalid-input', ' list');
      const many = Array.from({ length: 1001 }, () => event({ message: {}, payload: {} }));
      expectProblem(await publish(many), '400 invalid-input', ' list');
    });
    const most = Array.from({ length: 1000 }, () => event({ message: {}, payload: {} }));
    const before = await headOf(gateway);
    expect(new Set(outcomesOf(await publish(most)))).toEqual(new Set(['accepted']));
    expect(await headOf(gateway)).toBe(before + 1000);
  });

  it('of which all are refused writes nothing', async () => {
    await expectNothingWritten(async () => {
      const answer = await publish([null, [], [[event()]], {}, 7]);
      expect(outcomesOf(answer)).toEqual(Array.from({ length: 5 }, () => 'refused: 400 invalid-input'));
    });
  });

  it('that races with the same events in another order has each of them once', async () => {
    for (let round = 0; round < 8; round += 1) {
      const events = Array.from({ length: 20 }, () => event({ message: {}, payload: {} }));
      const before = await headOf(gateway);
      const answers = await Promise.all([
        publish(events, gateway),
        publish(events.toReversed(), replica),
        publish(events.slice(5), gateway),
        publish(events.slice(0, 15).toReversed(), replica),
      ]);
      const outcomes = answers.flatMap(outcomesOf);
      expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(20);
      expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(50);
      const stored = (await eventsOf(gateway, before)).map(({ subject }) => subject);
      expect(stored.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
    }
  });
});

describe('what is no event', () => {
  it.each<[string, string, unknown]>([
    ['/id required', '/id', undefined],
    ['/id uuid', '/id', 'ORD12345'],
    ['/id uuid', '/id', 7],
    ['/eventType required', '/eventType', null],
    ['/eventType text', '/eventType', ''],
    ['/eventType choice', '/eventType', 'ontActivation'],
    ['/eventType choice', '/eventType', 'SPWorkOrderNotification'],
    ['/eventType choice', '/eventType', 'tuatahi.ont.activation'],
    ['/eventType choice', '/eventType', '__proto__'],
    ['/eventTimestamp required', '/eventTimestamp', undefined],
    ['/eventTimestamp timestamp', '/eventTimestamp', '2026-02-30T00:00:00Z'],
    ['/eventTimestamp timestamp', '/eventTimestamp', '2026-08-04T09:15:00+12:00'],
    ['/eventTimestamp timestamp', '/eventTimestamp', 1_786_000_000],
    ['/partyIds required', '/partyIds', undefined],
    ['/partyIds list', '/partyIds', []],
    ['/partyIds list', '/partyIds', 'rsp-1'],
    ['/partyIds list', '/partyIds', ['']],
    ['/partyIds list', '/partyIds', ['rsp-1', null]],
    ['/partyIds list', '/partyIds', ['x'.repeat(101)]],
    ['/partyIds list', '/partyIds', Array.from({ length: 101 }, (_, n) => `rsp-${n}`)],
    ['/message required', '/message', undefined],
    ['/message object', '/message', 'text'],
    ['/message object', '/message', []],
    ['/message/status text', '/message/status', 7],
    ['/message/status text', '/message/status', 'x'.repeat(101)],
    ['/message/error flag', '/message/error', 'true'],
    ['/message/orderID text', '/message/orderID', ['ORD12345']],
    ['/message/olt flat', '/message/olt', {}],
    ['/message/a~1b~0c flat', '/message', { 'a/b~c': [] }],
    ['/payload required', '/payload', null],
    ['/payload object', '/payload', []],
    ['/subject text', '/subject', ''],
    ['/subject text', '/subject', 'x'.repeat(201)],
    ['/subject text', '/subject', 7],
  ])('%s, of %s = %j', async (place, pointer, value) => {
    const spoiled = put(event({ message: { ...MESSAGE } }), pointer, value);
    await expectNothingWritten(async () => {
      expectProblem(await publish(spoiled), '400 invalid-input', place);
    });
  });

  it.each(['null', '7', '"text"', 'true'])('%s', async (text) => {
    await expectNothingWritten(async () => {
      expectProblem(await publishText(text), '400 invalid-input', ' object');
    });
  });

  it('nothing at all, no JSON, and too much of it', async () => {
    await expectNothingWritten(async () => {
      expectProblem(await publishText(''), '400 invalid-input', ' object');
      expectProblem(await publishText('[{]'), '400 malformed-body');
      const large = event({ payload: { x: 'x'.repeat(1024 * 1024) } });
      expectProblem(await publish(large), '413 body-too-large');
    });
  });

  it('what lies deeper than a hundred levels', async () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const withPayload = (payload: string): string =>
      JSON.stringify(event({ payload: 'here' })).replace('"here"', payload);
    expect(outcomeOf(await publishText(withPayload(nested(99))))).toBe('202 accepted');
    await expectNothingWritten(async () => {
      for (const levels of [100, 20_000]) {
        const place = `/payload${'/a'.repeat(99)} depth`;
        expectProblem(await publishText(withPayload(nested(levels))), '400 invalid-input', place);
        const inList = await publishText(`[${withPayload(nested(levels))}]`);
        expect(outcomesOf(inList)).toEqual(['refused: 400 invalid-input']);
      }
    });
  });

  it('is told of the first fifty faults', async () => {
    const names = Array.from({ length: 60_000 }, (_, n) => [`n${n}`, []] as const);
    const { status, body } = await publish(event({ message: Object.fromEntries(names) }));
    expect(status).toBe(400);
    expect(body['errors']).toHaveLength(50);
  });
});

describe('text that PostgreSQL can not hold', () => {
  it.each([
    ['\0', '\u{FFFD}'],
    ['\u{D800}', '\u{FFFD}'],
    ['\u{DC00}x', '\u{FFFD}x'],
    ['x\u{DBFF}', 'x\u{FFFD}'],
  ])('(%j) is replaced and refuses nothing', async (odd, stored) => {
    const published = event({
      subject: odd,
      partyIds: ['rsp-1', odd],
      message: { ...MESSAGE, status: odd, [odd]: odd },
      payload: { [odd]: [odd] },
    });
    expect(outcomeOf(await publish(published))).toBe('202 accepted');
    expect((await eventsOf(gateway)).at(-1)).toMatchObject({
      subject: stored,
      partyIds: ['rsp-1', stored],
      data: { message: { status: stored, [stored]: stored }, payload: { [stored]: [stored] } },
    });
    expect(outcomeOf(await publish(published))).toBe('202 duplicate');
  });
});

describe('an event reaches', () => {
  const hook = (path: string): object => ({
    ...subscriptionTo(`http://127.0.0.1:4000/${path}`),
    eventType: 'ONTActivation',
  });

  async function headsOf(owner: Subscriber, subscriptions: readonly Subscription[]): Promise<string[]> {
    const heads: string[] = [];
    for (const { id } of subscriptions) {
      const { body } = await owner.ask('GET', `/subscriptions/${id}/sequence`);
      heads.push(String(body['head']));
    }
    return heads;
  }

  it('those who filter by any of its eight attributes as text, and not those who want others', async () => {
    const owner = new Subscriber(gateway, 'by-attribute');
    const wanting: Subscription[] = [];
    const others: Subscription[] = [];
    for (const [attribute, value] of Object.entries(MESSAGE)) {
      const wants = (text: string): object => ({
        ...hook(`${attribute}/${encodeURIComponent(text)}`),
        filters: { target: 'my', attributes: [{ [attribute]: text }] },
      });
      wanting.push(await owner.subscribe(wants(String(value))));
      others.push(await owner.subscribe(wants(value === true ? 'false' : 'other')));
    }
    expect(wanting).toHaveLength(8);
    await publish(event({ partyIds: ['by-attribute'] }));
    await gateway.settle();
    expect(await headsOf(owner, wanting)).toEqual(wanting.map(() => '1'));
    expect(await headsOf(owner, others)).toEqual(others.map(() => '0'));
  });

  it('the parties that it names, each of them once, and nobody else', async () => {
    const parties = ['named-1', 'named-2', 'not-named', 'publisher'].map(
      (name) => new Subscriber(gateway, name),
    );
    const subscriptions: Subscription[] = [];
    for (const one of parties) subscriptions.push(await one.subscribe(hook('x')));
    await publish(event({ partyIds: ['named-1', 'named-2', 'named-1'] }));
    await gateway.settle();
    const heads = parties.map((one, n) => headsOf(one, subscriptions.slice(n, n + 1)));
    expect((await Promise.all(heads)).flat()).toEqual(['1', '1', '0', '0']);
  });

  it('a webhook as it was published, under the name that was subscribed to', async () => {
    const receiver = await WebhookReceiver.start();
    try {
      const owner = new Subscriber(gateway, 'by-webhook');
      for (const [path, eventType] of [
        'ONTActivation',
        'tuatahi.ont.activation',
        'tuatahi.ont.*',
      ].entries()) {
        await owner.subscribe({ ...subscriptionTo(`${receiver.url}/${path}`), eventType });
      }
      const published = event({ partyIds: ['by-webhook'], message: { ...MESSAGE, olt: 'OLT-7' } });
      const { headers } = await publish(published);
      await publish(published);
      await gateway.settle();
      await gateway.deliver();
      const { id, eventTimestamp, message, payload } = published;
      const received = receiver.received
        .filter(({ headers: sent }) => sent['x-transaction-id'] === headers['x-transaction-id'])
        .toSorted((a, b) => a.path.localeCompare(b.path));
      const own = {
        eventId: '1',
        eventTimestamp: expect.any(String) as string,
        eventType: 'tuatahi.ont.activation',
        message: { id, eventType: 'ONTActivation', eventTimestamp },
        payload: { id, eventType: 'ONTActivation', eventTimestamp, message, payload },
      };
      expect(received.map(({ path, body }) => ({ path, body }))).toEqual([
        { path: '/0', body: { eventId: '1', eventTimestamp, eventType: 'ONTActivation', message, payload } },
        { path: '/1', body: own },
        { path: '/2', body: own },
      ]);
      await expectBalancedLedger(gateway.dataSource);
    } finally {
      await receiver.close();
    }
  });
});
