import { randomUUID } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import { activation } from './support/activations';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask } from './support/http';
import { bytesOf, claimsWith, inSeconds, ISSUER, makeToken, SECRET } from './support/make-token';
import { expectProblem } from './support/problem';
import { rowCounts } from './support/rows';
import { publish } from './support/source-events';
import { onlyWebhook, Subscriber, type Subscription, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What somebody has that a path can name. */
interface Ids {
  /** Of a subscription, or of what the path is about. */
  readonly id: string;
  readonly channelId: string;
}

interface Route {
  readonly method: Method;
  /** As the OpenAPI document writes it. */
  readonly path: string;
  readonly body?: () => object;
  /** With the token of the party that it belongs to. */
  readonly status: number;
  readonly scope?: string;
}

/** Every route under /tuatahi: one that is not here fails the test that counts them. */
const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/tuatahi/subscriptions', status: 200 },
  { method: 'POST', path: '/tuatahi/subscriptions', status: 201, body: () => subscriptionTo(`${hook}/new`) },
  { method: 'GET', path: '/tuatahi/subscriptions/{id}', status: 200 },
  {
    method: 'PATCH',
    path: '/tuatahi/subscriptions/{id}',
    status: 200,
    body: () => ({ expiresOn: '2999-12-31' }),
  },
  { method: 'DELETE', path: '/tuatahi/subscriptions/{id}', status: 204 },
  { method: 'GET', path: '/tuatahi/subscriptions/{id}/sequence', status: 200 },
  { method: 'POST', path: '/tuatahi/subscriptions/{id}/test', status: 200, body: () => ({}) },
  { method: 'POST', path: '/tuatahi/subscriptions/{id}/channels/{channelId}/secret', status: 200 },
  { method: 'POST', path: '/tuatahi/subscriptions/{id}/channels/{channelId}/enable', status: 204 },
  { method: 'GET', path: '/tuatahi/notifications', status: 200 },
  { method: 'GET', path: '/tuatahi/notifications/{id}', status: 200 },
  {
    method: 'POST',
    path: '/tuatahi/notifications/replay',
    status: 200,
    body: () => ({ limit: 1, dryRun: false }),
  },
  { method: 'POST', path: '/tuatahi/notifications/{id}/replay', status: 200 },
  { method: 'GET', path: '/tuatahi/replays/{id}', status: 200 },
  { method: 'DELETE', path: '/tuatahi/replays/{id}', status: 200 },
  { method: 'GET', path: '/tuatahi/ledger', status: 200 },
  { method: 'GET', path: '/tuatahi/event-types', status: 200 },
  {
    method: 'POST',
    path: '/tuatahi/events',
    status: 202,
    scope: 'events:publish',
    body: () => ({
      id: randomUUID(),
      eventType: 'ONTActivation',
      eventTimestamp: '2026-08-03T21:15:00Z',
      partyIds: ['rsp-1'],
      message: {},
      payload: {},
    }),
  },
];
const ALL_SCOPES = 'events:publish events:admin spg:read';
const NAMED = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);
const ABOUT_ONE = NAMED.filter(([, { path }]) => path.includes('{'));

let hook: string;
let gateway: Gateway;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  hook = receiver.url;
  gateway = await startGateway({ env: { AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: ISSUER } });
});
afterAll(async () => {
  await gateway.close();
  await receiver.close();
});

function token(claims: object = {}): Promise<string> {
  return makeToken({ claims: { ...claims } });
}

function party(partyId: string, scope?: string): Subscriber {
  return new Subscriber({ url: gateway.url, token }, partyId, scope);
}

let made = 0;

/** A subscription of a party, unlike all others. */
async function subscriptionOf(owner: Subscriber, more: object = {}): Promise<Subscription & Ids> {
  made += 1;
  const subscription = await owner.subscribe(subscriptionTo(`${hook}/${made}`, more));
  return { ...subscription, channelId: onlyWebhook(subscription).id };
}

/** What of a party a route is about: one of its subscriptions, of its notifications or of its replays. */
async function ofParty(partyId: string, { path }: Route): Promise<Ids> {
  const owner = party(partyId);
  const [, kind] = /\/(\w+)\/\{id\}/.exec(path) ?? [];
  if (kind !== 'notifications' && kind !== 'replays') return subscriptionOf(owner);
  const { id: subscriptionId, channelId } = await subscriptionOf(owner, { eventType: 'ONTActivation' });
  await publish({ url: gateway.url, token }, activation([partyId]));
  await gateway.settle();
  await gateway.deliver();
  const { body } = await owner.ask('GET', `/notifications?subscriptionId=${subscriptionId}`);
  const [notification] = body['items'] as [{ id: string }];
  if (kind === 'notifications') return { id: notification.id, channelId };
  const replay = await owner.ask('POST', `/notifications/${notification.id}/replay`);
  return { id: String(replay.body['replayId']), channelId };
}

function request({ method, path, body }: Route, ids: Ids, bearer?: string): Promise<Answer> {
  const filled = path.replace('{id}', ids.id).replace('{channelId}', ids.channelId);
  return ask(gateway.url + filled, {
    method,
    headers: {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body()) }),
  });
}

function tokenOf(partyId: string, scope = ALL_SCOPES): Promise<string> {
  return makeToken({ claims: { partyId, scope } });
}

/** An answer without what is different each time. */
function essence({ status, headers, bytes }: Answer, { id, channelId }: Ids): object {
  const { date, 'x-transaction-id': transaction, 'content-length': length, ...others } = headers;
  expect([date, transaction, length]).not.toContain(undefined);
  return {
    status,
    headers: others,
    body: bytes.toString().replaceAll(id, '{id}').replaceAll(channelId, '{channelId}'),
  };
}

it('all routes of the OpenAPI document are here', async () => {
  const { body } = await ask(`${gateway.url}/docs-json`);
  const documented = Object.entries(body['paths'] as Record<string, object>)
    .filter(([path]) => path.startsWith('/tuatahi'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  expect(NAMED.map(([name]) => name).toSorted()).toEqual(documented.toSorted());
});

describe.each(NAMED)('%s', (_name, route) => {
  it('is for those with a valid token alone', async () => {
    const ids = await ofParty('rsp-1', route);
    const good = claimsWith({ partyId: 'rsp-1', scope: ALL_SCOPES });
    const before = await rowCounts(gateway.dataSource);
    const received = receiver.received.length;
    for (const bad of [
      undefined,
      'x.y.z',
      new UnsecuredJWT(good).encode(),
      await makeToken({ claims: good, key: bytesOf(`${SECRET}x`) }),
      await makeToken({ claims: { ...good, exp: inSeconds(-60) } }),
      await makeToken({ claims: { ...good, aud: 'somebody-else' } }),
      await makeToken({ claims: { ...good, iss: 'https://login.example.com' } }),
      await makeToken({ claims: { ...good, partyId: undefined } }),
    ]) {
      const answer = await request(route, ids, bad);
      expectProblem(answer, '401 unauthenticated');
      expect(answer.headers['www-authenticate']).toBe(
        bad === undefined ? 'Bearer' : 'Bearer error="invalid_token"',
      );
    }
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    expect(receiver.received).toHaveLength(received);
  });

  it('serves the party that it is about, with the scope that it needs and no other', async () => {
    const { status, scope = '' } = route;
    const ids = await ofParty('rsp-1', route);
    if (scope !== '') {
      const others = ALL_SCOPES.replace(scope, '');
      expectProblem(await request(route, ids, await tokenOf('rsp-1', others)), '403 forbidden');
      expectProblem(await request(route, ids, await tokenOf('rsp-1', '')), '403 forbidden');
    }
    expect((await request(route, ids, await tokenOf('rsp-1', scope))).status).toBe(status);
  });
});

describe('to another party', () => {
  it.each(ABOUT_ONE)('%s answers as if there were none, whatever its scopes', async (_name, route) => {
    const ids = await ofParty('rsp-1', route);
    const stranger = await tokenOf('rsp-2');
    const before = await rowCounts(gateway.dataSource);
    const shown = await shownTo('rsp-1', ids);
    const received = receiver.received.length;

    const foreign = await request(route, ids, stranger);
    const [, kind = ''] = /\/(\w+)s\/\{id\}/.exec(route.path) ?? [];
    expectProblem(foreign, `404 unknown-${kind}`);
    const nowhere = { id: randomUUID(), channelId: randomUUID() };
    expect(essence(foreign, ids)).toEqual(essence(await request(route, nowhere, stranger), nowhere));

    expect(await rowCounts(gateway.dataSource)).toEqual(before);
    expect(await shownTo('rsp-1', ids)).toEqual(shown);
    expect(receiver.received).toHaveLength(received);
  });

  it('a channel is none, under its own subscription as under that of its owner', async () => {
    const theirs = await subscriptionOf(party('rsp-1'));
    const own = await subscriptionOf(party('rsp-2'));
    const another = await subscriptionOf(party('rsp-2'));
    const bearer = await tokenOf('rsp-2');
    for (const [, route] of ABOUT_ONE.filter(([, { path }]) => path.includes('{channelId}'))) {
      const nowhere = { id: own.id, channelId: randomUUID() };
      const none = essence(await request(route, nowhere, bearer), nowhere);
      for (const { channelId } of [theirs, another]) {
        const ids = { id: own.id, channelId };
        const answer = await request(route, ids, bearer);
        expectProblem(answer, '404 unknown-channel');
        expect(essence(answer, ids)).toEqual(none);
      }
    }
    const sample = (channelId: string): Promise<Answer> =>
      party('rsp-2').ask('POST', `/subscriptions/${own.id}/test`, { channelId });
    const nowhere = randomUUID();
    expectProblem(await sample(theirs.channelId), '404 unknown-channel');
    expect((await sample(theirs.channelId)).body['detail']).toBe(
      String((await sample(nowhere)).body['detail']).replace(nowhere, theirs.channelId),
    );
  });

  it.each(['rsp-3 ', 'RSP-3', 'rsp-', 'rsp-%', 'rsp_3', "rsp-3' OR '1'='1", '{rsp-3}', '*', 'null'])(
    'that is called %s nothing is listed',
    async (name) => {
      await subscriptionOf(party('rsp-3'));
      const { status, bytes } = await party(name, ALL_SCOPES).ask('GET', '/subscriptions');
      expect([status, bytes.toString()]).toEqual([200, '[]']);
    },
  );
});

describe('parties do not notice each other', () => {
  it('in lists, duplicates and deletions', async () => {
    const parties = ['rsp-4', 'rsp-5'].map((name) => party(name));
    const created: Subscription[] = [];
    for (const one of parties) created.push(await one.subscribe(subscriptionTo(hook)));
    for (const [n, one] of parties.entries()) {
      const { body } = await one.ask('GET', '/subscriptions');
      expect(Object.values(body)).toMatchObject([{ id: created[n]?.id, partyIds: [one.partyId] }]);
    }
    expect(created[0]?.id).not.toBe(created[1]?.id);
    await parties[0]?.ask('DELETE', `/subscriptions/${String(created[0]?.id)}`);
    const { body } = await (parties[1] ?? party('rsp-5')).ask('GET', '/subscriptions');
    expect(Object.values(body)).toMatchObject([{ id: created[1]?.id, state: 'active' }]);
  });

  it('but clients of one party share what it has, and who made it is shown', async () => {
    const { id } = await subscriptionOf(party('rsp-6'));
    const claims = { partyId: 'rsp-6', clientId: 'client-2', organisation: 'Org Two' };
    const { body } = await ask(`${gateway.url}/tuatahi/subscriptions/${id}`, {
      headers: { authorization: `Bearer ${await makeToken({ claims })}` },
    });
    expect(body).toMatchObject({ id, clientId: 'client-1', organisation: 'Org One', partyIds: ['rsp-6'] });
  });
});

/** What the owner sees of it. */
async function shownTo(partyId: string, { id }: Ids): Promise<object[]> {
  const owner = party(partyId);
  return [
    (await owner.ask('GET', `/subscriptions/${id}`)).body,
    (await owner.ask('GET', `/subscriptions/${id}/sequence`)).body,
    await gateway.dataSource.query('SELECT * FROM delivery_channel WHERE subscription_id = $1', [id]),
    (await owner.ask('GET', `/notifications/${id}`)).body,
    await gateway.dataSource.query('SELECT * FROM delivery_replay WHERE id = $1', [id]),
  ];
}
