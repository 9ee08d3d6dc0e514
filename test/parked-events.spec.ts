import { Consumers } from '../src/events/consumers';
import type { DomainEvent } from '../src/events/domain-event';
import { On } from '../src/events/on.decorator';
import { append } from './support/append';
import { headOf } from './support/events';
import { Gate } from './support/gate';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask, read } from './support/http';
import { Recorder, Records } from './support/recorder';
import { untilOneWaits } from './support/table-lock';

/** A listener of another module, not without faults. */
class Listener {
  readonly heard: string[] = [];
  /** How often it still fails at which event. */
  readonly failures = new Map<string, number>();
  gate: Gate | undefined;

  @On('spg.gap.opened')
  async noteEachGap({ subject }: DomainEvent<'spg.gap.opened'>): Promise<void> {
    this.heard.push(subject);
    await this.gate?.pass();
    const failures = this.failures.get(subject) ?? 0;
    this.failures.set(subject, failures - 1);
    if (failures > 0) throw new Error(`no room for ${subject}`);
  }
}

interface Parked {
  readonly id: string;
  readonly position: string;
  readonly error: string;
  readonly attempts: number;
}

const listener = new Listener();
const recorder = new Recorder('one');
let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({
    providers: [{ provide: Listener, useValue: listener }, recorder.provider],
  });
  await new Records(gateway.dataSource).create();
});
beforeEach(async () => {
  await gateway.settle();
  await gateway.dataSource.query('TRUNCATE parked_event, recorded');
  listener.heard.length = 0;
});
afterEach(() => {
  listener.failures.clear();
  listener.gate = undefined;
  recorder.during = () => undefined;
});
afterAll(() => gateway.close());

/** Events at which the listener has failed to the end. */
async function park(...subjects: string[]): Promise<Parked[]> {
  for (const subject of subjects) listener.failures.set(subject, Infinity);
  await append(gateway, ...subjects);
  await gateway.settle('bus');
  listener.heard.length = 0;
  return (await parked()).toReversed();
}

async function parked(query = ''): Promise<Parked[]> {
  return (await read(gateway, `/domain-events/parked${query}`)).body['items'] as Parked[];
}

function retry(id: string): Promise<Answer> {
  return read(gateway, `/domain-events/parked/${id}/retry`, { method: 'POST' });
}

describe('a listener that fails', () => {
  it('hears its event five times, and then the ones behind it', async () => {
    listener.failures.set('bad', Infinity);
    await append(gateway, 'bad');
    await gateway.settle('bus');
    await append(gateway, 'good');
    await gateway.settle('bus');
    expect(listener.heard).toEqual(['bad', 'bad', 'bad', 'bad', 'bad', 'good']);
  });

  it('hears what came before it in the batch only once', async () => {
    listener.failures.set('bad', Infinity);
    await append(gateway, 'before', 'bad', 'after');
    await gateway.settle('bus');
    expect(listener.heard.filter((subject) => subject !== 'bad')).toEqual(['before', 'after']);
    expect(await parked()).toMatchObject([{ attempts: 5 }]);
  });

  it('is not given up when it fails only for a while', async () => {
    listener.failures.set('bad', 4);
    await append(gateway, 'bad');
    await gateway.settle('bus');
    expect(listener.heard).toEqual(['bad', 'bad', 'bad', 'bad', 'bad']);
    expect(await parked()).toEqual([]);
  });
});

describe('GET /domain-events/parked', () => {
  it('shows what could not be handled, and why', async () => {
    await park('bad');
    const answer = await read(gateway, '/domain-events/parked');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      items: [
        {
          id: expect.stringMatching(/^\d+$/) as string,
          consumer: 'bus',
          position: String(await headOf(gateway)),
          type: 'spg.gap.opened',
          error: 'Error: no room for bad',
          attempts: 5,
          parkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
        },
      ],
    });
  });

  it('gives the newest first, page by page', async () => {
    const [first, second, third] = await park('1', '2', '3');
    const page = await read(gateway, '/domain-events/parked?limit=2');
    expect(page.body['items']).toEqual([third, second]);
    const cursor = String(page.body['nextCursor']);
    const last = await read(gateway, `/domain-events/parked?limit=2&cursor=${cursor}`);
    expect(last.body).toEqual({ items: [first] });
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'cursor=x', `cursor=${btoa('["x"]')}`])(
    'refuses %s',
    async (query) => {
      expect(await read(gateway, `/domain-events/parked?${query}`)).toMatchObject({
        status: 400,
        body: {
          type: 'urn:problem-type:karere:invalid-input',
          errors: [{ pointer: `?${query.split('=')[0]}` }],
        },
      });
    },
  );
});

describe('POST /domain-events/parked/{id}/retry', () => {
  it('handles the event when its cause is mended, and it is not parked any more', async () => {
    const [bad, other] = await park('bad', 'other');
    listener.failures.delete('bad');
    const answer = await retry(bad?.id ?? '');
    expect([answer.status, answer.bytes.length]).toEqual([204, 0]);
    expect(listener.heard).toEqual(['bad']);
    expect(await parked()).toEqual([other]);
    expect((await retry(bad?.id ?? '')).status).toBe(404);
    expect(listener.heard).toEqual(['bad']);
  });

  it('leaves it parked when it fails again, and counts that', async () => {
    const [bad] = await park('bad');
    expect(await retry(bad?.id ?? '')).toMatchObject({
      status: 409,
      body: {
        type: 'urn:problem-type:karere:parked-event-failed-again',
        detail: 'Error: no room for bad',
      },
    });
    expect(listener.heard).toEqual(['bad']);
    expect(await parked()).toEqual([{ ...bad, attempts: 6 }]);
  });

  it('undoes what a consumer has written when it fails, and tells the error that it threw', async () => {
    recorder.during = () => {
      throw new TypeError('not today', { cause: new Error('the reason') });
    };
    await append(gateway, 'bad');
    await gateway.settle('recorder');
    const records = new Records(gateway.dataSource);
    const [before] = await parked();
    expect(before).toMatchObject({ consumer: 'recorder', error: 'TypeError: not today', attempts: 5 });

    expect((await retry(before?.id ?? '')).status).toBe(409);
    expect(await parked()).toEqual([{ ...before, attempts: 6 }]);
    expect(await records.all()).toEqual([]);

    recorder.during = () => undefined;
    expect((await retry(before?.id ?? '')).status).toBe(204);
    expect(await records.subjects()).toEqual(['bad']);
  });

  it('handles it once when it is asked for twice at the same time', async () => {
    const [bad] = await park('bad');
    listener.failures.clear();
    const gate = (listener.gate = new Gate());
    const first = retry(bad?.id ?? '');
    await gate.reached;
    const second = retry(bad?.id ?? '');
    await untilOneWaits(gateway.dataSource);
    gate.open();
    expect([(await first).status, (await second).status]).toEqual([204, 404]);
    expect(listener.heard).toEqual(['bad']);
  });

  it('waits for the batch that its consumer is at, and the consumer for it: neither writes over the other', async () => {
    recorder.during = () => {
      throw new Error('not today');
    };
    await append(gateway, 'bad');
    await gateway.settle('recorder');
    const [bad] = await parked();
    const gate = new Gate();
    recorder.during = () => gate.pass();
    await append(gateway, 'next');
    const handled = gateway.settle('recorder');
    await gate.reached;
    const retried = retry(bad?.id ?? '');
    await untilOneWaits(gateway.dataSource);
    gate.open();
    await handled;
    expect((await retried).status).toBe(204);

    const during = new Gate();
    recorder.during = () => during.pass();
    await gateway.dataSource.query(
      `INSERT INTO parked_event (consumer, position, type, error, attempts)
       SELECT 'recorder', position, 'spg.gap.opened', 'x', 5 FROM event_log_head`,
    );
    const again = retry((await parked())[0]?.id ?? '');
    await during.reached;
    const consumers = gateway.app.get(Consumers);
    expect(await consumers.loopOf(recorder).runOnce()).toEqual({ kind: 'waiting' });
    during.open();
    expect((await again).status).toBe(204);
    expect(await new Records(gateway.dataSource).subjects()).toEqual(['next', 'bad', 'next']);
  });

  it('knows only what is parked', async () => {
    for (const id of ['0', '9223372036854775807']) {
      expect(await retry(id)).toMatchObject({
        status: 404,
        body: {
          type: 'urn:problem-type:karere:no-such-parked-event',
          detail: expect.stringContaining(id) as string,
        },
      });
    }
  });

  it.each(['x', '-1', '1.5', '1e3', '9223372036854775808', '%00'])('refuses the id %s', async (id) => {
    expect(await retry(id)).toMatchObject({
      status: 400,
      body: {
        type: 'urn:problem-type:karere:invalid-input',
        detail: 'The id in the path is not a number of 1 to 19 digits, at most 9223372036854775807.',
      },
    });
  });

  it('says that it is too late when the consumer or the event is gone, and leaves it', async () => {
    await gateway.dataSource.query(
      `INSERT INTO parked_event (consumer, position, type, error, attempts)
       VALUES ('of-old', 1, 'spg.gap.opened', 'x', 5), ('bus', 1000000, 'spg.gap.opened', 'x', 5)`,
    );
    const before = await parked();
    for (const { id } of before) {
      expect(await retry(id)).toMatchObject({
        status: 410,
        body: { type: 'urn:problem-type:karere:parked-event-gone' },
      });
    }
    expect(await parked()).toEqual(before);
    expect(before).toHaveLength(2);
  });
});

it('is for administrators of events only', async () => {
  const [bad] = await park('bad');
  for (const [path, method] of [
    ['/domain-events/parked', 'GET'],
    [`/domain-events/parked/${bad?.id}/retry`, 'POST'],
  ] as const) {
    expect((await ask(gateway.url + path, { method })).status).toBe(401);
    expect((await read(gateway, path, { method, scope: 'spg:read events:read' })).status).toBe(403);
  }
  expect(listener.heard).toEqual([]);
});
