import { exampleOf, LIFE_OF_A_WORK_ORDER } from '../src/spg/dto/examples';
import { GapReplay } from '../src/spg/gap-replay.service';
import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { eventually } from './support/eventually';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { ask, send } from './support/http';
import { INNER, itasMessage, push } from './support/itas-message';
import { emptyMailbox, poll } from './support/itas-polling';
import { ItasServer } from './support/itas-server';
import { notification, put } from './support/notification';
import { refuseRows } from './support/refuse-rows';
import { TffPlatform } from './support/tff-platform';

const HOUR_MS = 3_600_000;

/** What callers have shown, besides the key of the gateway. */
const presented = { token: '', wrongKey: 'a-key-that-somebody-has-mistyped', wrongToken: 'bm90YS10b2tlbg' };

const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
  jest.spyOn(console, method),
);

let gateway: Gateway;
let tff: TffPlatform;
let itas: ItasServer;

beforeAll(async () => {
  [tff, itas] = await Promise.all([TffPlatform.start(), ItasServer.start()]);
  gateway = await startGateway({
    env: { LOG_LEVEL: 'trace', ...tff.environment, ...itas.environment(1, '2-500'), ITAS_POLL_SECONDS: '0' },
  });
  presented.token = await gateway.token({ scope: 'spg:read' });
  const authorization = `Bearer ${presented.token}`;
  // Good ones, bad ones, and what is broken in or about somebody's name.
  for (const body of lifeOf('WO-100', 100)) {
    await send(gateway, body);
    await send(gateway, body, { 'x-api-key': presented.wrongKey });
    await send(gateway, put(body, '/message/notificationType', 'CreateWorkOrderNotify'));
    await send(gateway, put(body, '/eventId', 'none'));
    const text = JSON.stringify(body);
    await send(gateway, text.slice(0, text.indexOf('gata')));
    await send(gateway, text.replace('"Aroha Ngata"', 'Aroha Ngata'));
    await send(gateway, text.replaceAll('"', "'"));
  }
  await ask(`${gateway.url}/spg/work-orders?text=Aroha%20Ngata`, { headers: { authorization } });
  await ask(`${gateway.url}/spg/gaps`, { headers: { authorization: `Bearer ${presented.wrongToken}` } });
  await ask(`${gateway.url}/nothing?key=${SPG_KEY}`, { headers: { authorization } });
  // The database's own errors.
  for (const table of ['spg_notification', 'domain_event', 'spg_work_order', 'spg_gap']) {
    await refuseRows(gateway, table, async () => {
      for (const body of lifeOf(`WO-${table}`, 200)) await send(gateway, body);
      await gateway.settle();
    });
  }
  for (const body of lifeOf('WO-300', 300)) await send(gateway, body);
  await gateway.settle();
  // TFF's, too.
  await gateway.app.get(GapConfirmation).confirmOverdue(new Date(Date.now() + HOUR_MS));
  tff.refuseNext('token', 1, 401);
  await gateway.app.get(GapReplay).requestDue(new Date(Date.now() + HOUR_MS));
  tff.refuseNext('notifications/replay', 1, 503);
  await gateway.app.get(GapReplay).requestDue(new Date(Date.now() + 10 * HOUR_MS));
  await readMailbox();
  await ask(`${gateway.url}/last`);
  await eventually(
    'the access log is complete',
    () => gateway.logs.some(({ path }) => path === '/last'),
    (isComplete) => isComplete,
  );
});

afterAll(async () => {
  await gateway.close();
  await Promise.all([tff.stop(), itas.stop()]);
});

/** A notice with somebody's name in it: good, broken, refused by the database, and when ITAS fails. */
async function readMailbox(): Promise<void> {
  const notice = (): ReturnType<typeof itasMessage> =>
    itasMessage('TID-002', {
      [`${INNER}/Message`]: 'Aroha Ngata prefers a call',
      [`${INNER}/SubmittedBy`]: String.raw`HIVE\ngata.a`,
    });
  itas.fail('POST /Events/Register', 401);
  for (const wanted of ['failed', 'idle']) expect(await poll(gateway)).toBe(wanted);
  itas.publish(notice());
  const broken = notice();
  itas.mailbox().add(String(broken['MessageId']), JSON.stringify(broken).replace('"Aroha', 'Aroha'));
  itas.fail('POST /Events/Receive', { answer: notice() });
  expect(await emptyMailbox(gateway)).toEqual(['failed', 'accepted', 'dead-lettered', 'idle']);
  await push(gateway, put(notice(), `${INNER}/Title`, 7));
  await refuseRows(gateway, 'itas_message', async () => {
    await push(gateway, notice());
    itas.publish(notice());
    await poll(gateway);
  });
}

function lifeOf(wonum: string, from: number): Record<string, unknown>[] {
  return LIFE_OF_A_WORK_ORDER.map((type, n) => notification(type, { wonum, eventId: String(from + n) }));
}

function wholeLog(): string {
  return gateway.logs.map((line) => JSON.stringify(line)).join('\n');
}

describe('of a gateway that has seen good, bad and failing requests, no line', () => {
  it('is missing that this is about', () => {
    for (const message of [
      'Something went wrong on our side',
      'events could not be handled; trying again',
      'event parked; see GET /domain-events/parked',
      'notifications of the Service Partner Gateway are lost; see GET /spg/gaps',
      'could not ask for a replay; trying again later',
      'asked TFF to replay what is lost',
      'the mailbox at ITAS can not be read; trying again',
      'message of ITAS taken in',
      'message of ITAS could not be taken in; see GET /itas-events/dead-letters',
    ]) {
      expect(gateway.logs.map(({ msg }) => msg)).toContain(message);
    }
    expect(new Set(gateway.logs.map(({ level }) => level))).toEqual(
      new Set(['debug', 'info', 'warn', 'error']),
    );
  });

  it('holds a secret', () => {
    const { auth, spg } = gateway.config;
    const secrets = [
      ...spg.apiKeys,
      spg.replay?.clientSecret,
      ...Object.values(gateway.config.itas.mailbox?.headers ?? {}),
      'secrets' in auth.keys ? auth.keys.secrets.current : undefined,
      decodeURIComponent(new URL(gateway.databaseUrl).password),
      ...Object.values(presented),
    ];
    const log = wholeLog();
    for (const secret of secrets) {
      expect(secret?.length).toBeGreaterThan(8);
      expect(log).not.toContain(secret);
      expect(log).not.toContain(encodeURIComponent(secret ?? ''));
    }
    expect(log).not.toMatch(/(Bearer|Basic) [\w+/=.-]{8}/);
  });

  it('holds what is known of a person', () => {
    const { contacts, site } = exampleOf('CreateWorkOrderNotify').payload.workorder;
    const personal = [
      ...contacts.flatMap(({ name, mobile, phone, email }) => [name, mobile, phone, email]),
      site.address?.line1,
      site.accessNotes,
      'Ngata',
      'ngata.a',
      'prefers a call',
    ].filter((value) => value != null);
    expect(personal.length).toBeGreaterThanOrEqual(8);
    const log = wholeLog();
    for (const value of personal) expect(log).not.toContain(value);
  });

  it('was written around the logger', () => {
    for (const written of consoles) expect(written).not.toHaveBeenCalled();
  });
});
