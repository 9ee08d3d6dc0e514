import { randomBytes } from 'node:crypto';
import { EventLog } from '../src/events/event-log';
import { toCloudEvent } from '../src/events/cloud-event';
import { Tracing } from '../src/tracing/tracing';
import { eventually } from './support/eventually';
import { technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { ask, read, send } from './support/http';
import { notification } from './support/notification';
import { makeAllDue } from './support/queue';
import { replay, ReplayClock } from './support/replays';
import { type CollectedSpan, SpanCollector } from './support/span-collector';
import { Subscriber, subscriptionTo } from './support/subscriber';
import { WebhookReceiver } from './support/webhook-receiver';

interface Trace {
  readonly id: string;
  readonly span: string;
  readonly traceparent: string;
}

/** As a partner begins one. */
function newTrace(flags = '01'): Trace {
  const id = randomBytes(16).toString('hex');
  const span = randomBytes(8).toString('hex');
  return { id, span, traceparent: `00-${id}-${span}-${flags}` };
}

const collectors: SpanCollector[] = [];
const gateways: Gateway[] = [];
let receiver: WebhookReceiver;
let eventId = 0;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
});
beforeEach(() => receiver.reset());
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  for (const collector of collectors) await collector.close();
  await receiver.close();
});

async function startTraced(): Promise<{ gateway: Gateway; collector: SpanCollector }> {
  const collector = await SpanCollector.start();
  collectors.push(collector);
  const gateway = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` });
  return { gateway, collector };
}

/** A gateway of which the party `owner` gets the notifications of SPG. */
async function start(env: Record<string, string> = {}): Promise<Gateway> {
  const gateway = await startGateway({ env });
  gateways.push(gateway);
  const webhook = { callbackUri: `${receiver.url}/hook`, errorStrategy: 'retry' };
  await new Subscriber(gateway).subscribe(
    subscriptionTo('', { notificationChannels: { webhook: [webhook] } }),
  );
  // Who asks for it is part of a trace, too.
  await gateway.settle();
  return gateway;
}

/** Sends a notification and lets all come of it that comes of it. @returns its eventId */
async function sendThrough(gateway: Gateway, headers: Record<string, string> = {}): Promise<string> {
  eventId += 1;
  const { status } = await send(
    gateway,
    notification('AddTaskNotify', { eventId: String(eventId) }),
    headers,
  );
  expect(status).toBe(200);
  await gateway.settle();
  await gateway.deliver();
  return String(eventId);
}

function traceparentReceived(): unknown {
  return receiver.received.at(-1)?.headers['traceparent'];
}

/** The last events of a type, as others get them. */
async function lastEventOf({ app, dataSource }: Gateway, type: string) {
  const events = await app.get(EventLog).read(dataSource.manager, 0, 1000);
  const last = events.findLast((event) => event.type === type);
  if (!last) throw new Error(`no ${type} was stated`);
  return toCloudEvent(last);
}

describe('with a collector', () => {
  let gateway: Gateway;
  let collector: SpanCollector;

  beforeAll(async () => {
    ({ gateway, collector } = await startTraced());
  });
  beforeEach(async () => {
    await collect();
    collector.reset();
  });

  async function collect(): Promise<readonly CollectedSpan[]> {
    await gateway.app.get(Tracing).flush();
    return collector.spans;
  }

  function onlyOne(spans: readonly CollectedSpan[], name: string): CollectedSpan {
    const [span, ...others] = spans.filter((each) => each.name === name);
    if (!span || others.length > 0) {
      throw new Error(
        `${others.length + (span ? 1 : 0)} of ${name} in ${spans.map((each) => each.name).join()}`,
      );
    }
    return span;
  }

  it("one trace leads from the partner's request to the subscriber's webhook", async () => {
    const trace = newTrace();
    const headers = { traceparent: trace.traceparent, 'x-transaction-id': 'tx-of-a-partner' };
    await sendThrough(gateway, headers);
    const spans = await collect();
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([trace.id]));

    const request = onlyOne(spans, 'POST /spg/notification');
    expect(request).toMatchObject({
      service: 'karere',
      kind: 'server',
      parentId: trace.span,
      error: undefined,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/spg/notification',
        'http.response.status_code': 200,
        'karere.transaction_id': 'tx-of-a-partner',
      },
    });
    const handled = onlyOne(spans, 'fan-out spg.task.added');
    expect(handled).toMatchObject({ kind: 'consumer', parentId: request.spanId, error: undefined });
    expect(spans.filter(({ kind }) => kind === 'consumer').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['bus spg.task.added', 'spg-projector spg.task.added']),
    );
    const delivery = onlyOne(spans, 'deliver SPWorkOrderNotification');
    expect(delivery).toMatchObject({
      kind: 'client',
      parentId: request.spanId,
      error: undefined,
      attributes: {
        'karere.verdict': 'sent',
        'karere.attempt': 1,
        'http.response.status_code': 200,
        'server.address': '127.0.0.1',
        'karere.transaction_id': 'tx-of-a-partner',
      },
    });
    expect(delivery.milliseconds).toBeGreaterThan(0);
    expect(traceparentReceived()).toBe(`00-${trace.id}-${delivery.spanId}-01`);
    expect(await lastEventOf(gateway, 'spg.task.added')).toMatchObject({
      traceparent: `00-${trace.id}-${request.spanId}-01`,
    });
    expect(gateway.logs).toContainEqual(
      expect.objectContaining({ msg: 'request', path: '/spg/notification', traceId: trace.id }),
    );
  });

  it.each([{}, { traceparent: 'of no use' }])('a request with %j begins a trace', async (headers) => {
    await sendThrough(gateway, headers);
    const spans = await collect();
    const request = onlyOne(spans, 'POST /spg/notification');
    expect([request.parentId || undefined, request.traceId]).toEqual([
      undefined,
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ]);
    const delivery = onlyOne(spans, 'deliver SPWorkOrderNotification');
    expect(traceparentReceived()).toBe(`00-${request.traceId}-${delivery.spanId}-01`);
  });

  it('each attempt has a span of its own, which says how it failed', async () => {
    receiver.answer(503);
    const trace = newTrace();
    await sendThrough(gateway, { traceparent: trace.traceparent });
    receiver.reset();
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
    const attempts = (await collect()).filter(({ name }) => name === 'deliver SPWorkOrderNotification');
    expect(
      attempts.map(({ error, traceId, attributes }) => [error, traceId, attributes['karere.attempt']]),
    ).toEqual([
      ['answered 503', trace.id, 1],
      [undefined, trace.id, 2],
    ]);
    expect(attempts[1]?.parentId).toBe(attempts[0]?.parentId);
  });

  it('what comes at the same instant, and is stored by one commit, stays apart', async () => {
    const traces = Array.from({ length: 40 }, () => newTrace());
    await Promise.all(
      traces.map(({ traceparent }, index) =>
        send(gateway, notification('AddTaskNotify', { eventId: String(1000 + index) }), { traceparent }),
      ),
    );
    const rows = await gateway.dataSource.query<{ event_id: string; traceparent: string }[]>(
      `SELECT data->>'eventId' AS event_id, traceparent FROM domain_event
       WHERE (data->>'eventId')::bigint >= 1000 ORDER BY 1`,
    );
    expect(rows.map(({ traceparent }) => traceparent.slice(3, 35))).toEqual(traces.map(({ id }) => id));
    await gateway.settle();
    await gateway.deliver();
  });

  it('what a listener states of an event belongs to the trace of that event', async () => {
    const technician = await technicianOf(gateway);
    const [slot] = await technician.openSlots({ orderNum: 'WO-1' });
    await technician.book({ orderNum: 'WO-1' }, slot ?? {});
    const trace = newTrace();
    eventId += 1;
    const cancelled = notification('CancelWorkOrderNotify', { eventId: String(eventId), wonum: 'WO-1' });
    await send(gateway, cancelled, { traceparent: trace.traceparent });
    await gateway.settle();
    expect(await lastEventOf(gateway, 'followup.booking.cancelled')).toMatchObject({
      traceparent: expect.stringContaining(`00-${trace.id}-`) as string,
    });
    await gateway.deliver();
  });

  it('a request that fails is one that failed, and tells nothing on', async () => {
    const trace = newTrace();
    const { status } = await send(gateway, '{', { traceparent: trace.traceparent });
    const spans = await eventually('it is over', collect, (all) => all.length > 0);
    const refused = onlyOne(spans, 'POST /spg/notification');
    expect([status, refused.attributes['http.response.status_code'], refused.error]).toEqual([
      400,
      400,
      undefined,
    ]);
    expect(receiver.received).toEqual([]);
  });

  it('what the caller does not want to be sampled is not, and the wish is passed on', async () => {
    const trace = newTrace('00');
    await sendThrough(gateway, { traceparent: trace.traceparent });
    expect(await collect()).toEqual([]);
    expect(traceparentReceived()).toMatch(new RegExp(`^00-${trace.id}-[0-9a-f]{16}-00$`));
  });

  it('probes, scrapes and pages have no spans', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics', '/docs-json', '/asyncapi.json']) {
      expect((await ask(`${gateway.url}${path}`)).status).toBe(200);
    }
    expect(await collect()).toEqual([]);
  });

  it('neither a path of a webhook nor an address nor a query is in a span', async () => {
    await sendThrough(gateway);
    await read(gateway, '/spg/work-orders?text=Whanau');
    const isOver = ({ name }: CollectedSpan): boolean => name === 'GET /spg/work-orders';
    const text = JSON.stringify(await eventually('it is over', collect, (all) => all.some(isOver)));
    for (const secret of ['/hook', 'Whanau', 'contact@']) expect(text).not.toContain(secret);
  });
});

describe('a collector that is away', () => {
  it('costs spans, and one line in the log, and nothing else', async () => {
    const { gateway, collector } = await startTraced();
    collector.status = 400; // such as a proxy's; what may pass is tried again by the exporter itself
    for (let times = 0; times < 2; times += 1) {
      await sendThrough(gateway);
      await gateway.app.get(Tracing).flush();
    }
    expect(receiver.received).toHaveLength(2);
    const told = (): unknown[] => gateway.logs.filter(({ msg }) => String(msg).startsWith('spans '));
    expect(told()).toMatchObject([{ level: 'warn', msg: 'spans can not be sent to the collector' }]);
    collector.reset();
    await sendThrough(gateway);
    await gateway.app.get(Tracing).flush();
    expect(told()).toMatchObject([{}, { level: 'info', msg: 'spans are sent to the collector again' }]);
  });

  it('gets what is left when the process stops', async () => {
    const { gateway, collector } = await startTraced();
    await sendThrough(gateway);
    expect(collector.spans).toEqual([]);
    gateways.splice(gateways.indexOf(gateway), 1);
    await gateway.close();
    expect(collector.spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['POST /spg/notification', 'deliver SPWorkOrderNotification']),
    );
  });
});

describe('without a collector', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await start();
  });

  it("the partner's trace is passed on as it came", async () => {
    const { traceparent, id } = newTrace();
    await sendThrough(gateway, { traceparent });
    expect(traceparentReceived()).toBe(traceparent);
    expect(await lastEventOf(gateway, 'spg.task.added')).toMatchObject({ traceparent });
    expect(gateway.logs).toContainEqual(expect.objectContaining({ msg: 'request', traceId: id }));
  });

  it.each([{}, { traceparent: 'of no use' }])('a request with %j is part of none', async (headers) => {
    await sendThrough(gateway, headers);
    expect(receiver.received.at(-1)?.headers).not.toHaveProperty('traceparent');
    expect(await lastEventOf(gateway, 'spg.task.added')).not.toHaveProperty('traceparent');
    expect(gateway.logs.findLast(({ msg }) => msg === 'request')).not.toHaveProperty('traceId');
  });

  it('a sample is part of the trace of who asks for it', async () => {
    const { traceparent } = newTrace();
    const authorization = `Bearer ${await gateway.token({ partyId: 'owner' })}`;
    const [row] = await gateway.dataSource.query<{ id: string }[]>('SELECT id FROM tuatahi_subscription');
    await ask(`${gateway.url}/tuatahi/subscriptions/${row?.id}/test`, {
      method: 'POST',
      headers: { authorization, traceparent },
    });
    expect(traceparentReceived()).toBe(traceparent);
  });

  it('a notification of a replay is part of the trace of its event', async () => {
    const { traceparent } = newTrace();
    await sendThrough(gateway, { traceparent });
    receiver.reset();
    const owner = new Subscriber(gateway);
    await replay(owner, { status: 'sent', event: { createdFrom: '2020-01-01T00:00:00Z' }, dryRun: false });
    await new ReplayClock(gateway).finish();
    expect(receiver.received.map(({ headers }) => headers['traceparent'])).toContain(traceparent);
  });

  it('no span is made', () => {
    expect(gateway.app.get(Tracing).begin('anything', { kind: 'server' })).toBeUndefined();
  });
});
