import { SignJWT } from 'jose';
import { request } from 'undici';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { ask } from './support/http';
import { bytesOf, inSeconds, ISSUER, makeToken, SECRET } from './support/make-token';
import { routesOf } from './support/routes';
import { ServiceMobility } from './support/service-mobility';

const FOLLOWUP_SECRET = 'shared-with-service-mobility-32-characters';

/** What opens each route that the OpenAPI document has: nothing, a key or token of a partner, any bearer token, or one with a scope. */
const ROUTES = {
  'GET /health/live': 'open',
  'GET /health/ready': 'open',
  'POST /spg/notification': 'spg key',
  'GET /spg/work-orders': 'spg:read',
  'GET /spg/work-orders/{wonum}': 'spg:read',
  'GET /spg/work-orders/{wonum}/timeline': 'spg:read',
  'GET /spg/gaps': 'spg:read',
  'GET /spg/notifications/{eventId}': 'spg:read',
  'GET /domain-events': 'events:read',
  'GET /domain-events/stream': 'events:read',
  'GET /domain-events/parked': 'events:admin',
  'POST /domain-events/parked/{id}/retry': 'events:admin',
  'GET /tuatahi/subscriptions': 'token',
  'POST /tuatahi/subscriptions': 'token',
  'GET /tuatahi/subscriptions/{id}': 'token',
  'PATCH /tuatahi/subscriptions/{id}': 'token',
  'DELETE /tuatahi/subscriptions/{id}': 'token',
  'GET /tuatahi/subscriptions/{id}/sequence': 'token',
  'POST /tuatahi/subscriptions/{id}/test': 'token',
  'POST /tuatahi/subscriptions/{id}/channels/{channelId}/secret': 'token',
  'POST /tuatahi/subscriptions/{id}/channels/{channelId}/enable': 'token',
  'GET /tuatahi/notifications': 'token',
  'GET /tuatahi/notifications/{id}': 'token',
  'POST /tuatahi/notifications/replay': 'token',
  'POST /tuatahi/notifications/{id}/replay': 'token',
  'GET /tuatahi/replays/{id}': 'token',
  'DELETE /tuatahi/replays/{id}': 'token',
  'GET /tuatahi/ledger': 'token',
  'GET /tuatahi/event-types': 'token',
  'POST /tuatahi/events': 'events:publish',
  'POST /itas-events/messages': 'itas:publish',
  'GET /itas-events/messages': 'itas:read',
  'GET /itas-events/messages/{messageId}': 'itas:read',
  'GET /itas-events/topics': 'itas:read',
  'GET /itas-events/dead-letters': 'itas:read',
  'GET /itas-events/dead-letters/{id}': 'itas:read',
  'POST /itas-events/dead-letters/{id}/retry': 'itas:admin',
  'POST /itas-events/dead-letters/{id}/discard': 'itas:admin',
  'POST /followup-booking/auth/token': 'open',
  'POST /followup-booking/appointments/open-slots': 'access token',
  'POST /followup-booking/work-orders/{workOrderId}/followup': 'access token',
  'GET /followup-booking/bookings': 'bookings:read',
  'GET /followup-booking/bookings/{orderNum}': 'bookings:read',
  'POST /followup-booking/bookings/{orderNum}/cancel': 'bookings:admin',
  'GET /followup-booking/calendars/{serviceAreaId}': 'bookings:read',
  'PUT /followup-booking/calendars/{serviceAreaId}': 'bookings:admin',
} as const;

const SCOPES = [...new Set(Object.values(ROUTES))].filter((opener) => opener.includes(':'));

/** The kinds of credentials, and what each of them opens. */
interface Credential {
  readonly headers: Readonly<Record<string, string>>;
  readonly opens: readonly string[];
  /** It is a good token, which lacks the scope. */
  readonly isToken?: true;
}

let gateway: Gateway;
const credentials = new Map<string, Credential>();

beforeAll(async () => {
  gateway = await startGateway({
    env: { AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: ISSUER, FOLLOWUP_JWT_SECRET: FOLLOWUP_SECRET },
  });
  const bearer = async (claims: object, key = SECRET): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await makeToken({ claims: { ...claims }, key: bytesOf(key) })}`,
  });
  const mobility = new ServiceMobility({ url: gateway.url, secret: FOLLOWUP_SECRET });
  const { token } = await mobility.ownTechnician('tui');
  const stale = await new SignJWT({ name: 'tui' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt(inSeconds(-7200))
    .setExpirationTime(inSeconds(-3600))
    .sign(bytesOf(FOLLOWUP_SECRET));
  const nothing = { opens: [] };

  credentials.set('nothing', { headers: {}, ...nothing });
  credentials.set('spg key', { headers: { 'x-api-key': SPG_KEY }, opens: ['spg key'] });
  credentials.set('wrong spg key', { headers: { 'x-api-key': `${SPG_KEY}x` }, ...nothing });
  credentials.set('access token', { headers: { 'x-access-token': token }, opens: ['access token'] });
  credentials.set('expired access token', { headers: { 'x-access-token': stale }, ...nothing });
  credentials.set('access token as bearer', { headers: { authorization: `Bearer ${token}` }, ...nothing });
  credentials.set('bearer as access token', {
    headers: { 'x-access-token': await makeToken() },
    ...nothing,
  });
  credentials.set('bearer', { headers: await bearer({ scope: '' }), opens: ['token'], isToken: true });
  for (const scope of SCOPES) {
    const headers = await bearer({ scope });
    credentials.set(`bearer with ${scope}`, { headers, opens: ['token', scope], isToken: true });
  }
  credentials.set('bearer with all scopes', {
    headers: await bearer({ scope: SCOPES.join(' ') }),
    opens: ['token', ...SCOPES],
    isToken: true,
  });
  const all = { scope: SCOPES.join(' ') };
  credentials.set('expired bearer', { headers: await bearer({ ...all, exp: inSeconds(-60) }), ...nothing });
  credentials.set('bearer of another issuer', { headers: await bearer({ ...all, iss: 'x' }), ...nothing });
  credentials.set('bearer for another audience', { headers: await bearer({ ...all, aud: 'x' }), ...nothing });
  credentials.set('bearer by another secret', {
    headers: await bearer(all, 'a-secret-of-nobody-with-thirty-two-characters'),
    ...nothing,
  });
  credentials.set('bearer of no party', {
    headers: await bearer({ ...all, partyId: undefined }),
    ...nothing,
  });
});
afterAll(() => gateway.close());

/** What happens at the door; what comes behind it is not asked. */
async function atTheDoor(route: string, { headers }: Credential): Promise<'in' | 401 | 403> {
  const [method, path] = route.split(' ') as ['GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', string];
  const filled = path
    .replaceAll(/\{\w*[iI]d\}/g, '00000000-0000-4000-8000-000000000000')
    .replaceAll(/\{\w+\}/g, '1');
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const { statusCode: status, body } = await request(gateway.url + filled, {
    method,
    headers: { ...headers, ...(hasBody && { 'content-type': 'application/json' }) },
    ...(hasBody && { body: '{}' }),
  });
  // The stream has no end.
  body.on('error', () => undefined).destroy();
  expect(status).toBeLessThan(500);
  return status === 401 || status === 403 ? status : 'in';
}

it('every route is in the table', async () => {
  const { body } = await ask(`${gateway.url}/docs-json`);
  const routes = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
});

it('none that the document does not have is there, but for pages that are open to everybody', () => {
  const routes = routesOf(gateway);
  expect(routes).toEqual(expect.arrayContaining(Object.keys(ROUTES)));
  const others = routes.filter(
    (route) => !(route in ROUTES) && !/^GET \/docs(-json|-yaml)?(\/|$)/.test(route),
  );
  expect(others.toSorted()).toEqual(['GET /asyncapi.json', 'GET /metrics']);
});

it.each(Object.entries(ROUTES))('%s lets in: %s, and nothing else', async (route, opener) => {
  const found: Record<string, unknown> = {};
  const expected: Record<string, unknown> = {};
  for (const [name, credential] of credentials) {
    found[name] = await atTheDoor(route, credential);
    const opens = opener === 'open' || credential.opens.includes(opener);
    const isForbidden = credential.isToken && opener !== 'spg key' && opener !== 'access token';
    expected[name] = opens ? 'in' : isForbidden ? 403 : 401;
  }
  expect(found).toEqual(expected);
});
