import { EventCatalogue } from '../../src/events/event-catalogue';
import type { DomainEvent } from '../../src/events/domain-event';
import { spgEventTypes } from '../../src/spg/spg.event-types';
import { FanOut } from '../../src/tuatahi/fan-out.consumer';
import type { FilterEntry } from '../../src/tuatahi/filter';
import { LiveSubscriptions } from '../../src/tuatahi/live-subscriptions';
import { tuatahiEventTypes } from '../../src/tuatahi/tuatahi.event-types';

/** What a query of the fan-out is answered with; nothing of it is measured. */
type Answers = Parameters<FanOut['handle']>[1];

interface Subscribed {
  readonly eventType: string;
  readonly attributes: readonly FilterEntry[];
}

/** What many subscribers wish, each for something of its own, and an event that such a wish alone gets. */
interface Wish {
  subscription(n: number): Subscribed;
  event(n: number): Pick<DomainEvent, 'type' | 'subject'> & { readonly data: object };
}

const TIME = '2026-08-03T21:15:00.123Z';

/** As many events as a batch of the fan-out has. */
const BATCH = 200;
/** So many different subscriptions are asked for in a round, in an order that no cache foresees. */
const EVENTS_A_ROUND = 20_000;
const SUBSCRIPTIONS_OF_A_PARTY = 1000;

const WISHES: readonly Wish[] = [
  {
    subscription: (n) => ({
      eventType: 'ONTActivation',
      attributes: [{ orderID: `ORD${n}`, error: 'false' }],
    }),
    event: (n) => activation(n),
  },
  {
    subscription: (n) => ({
      eventType: 'SPWorkOrderNotification',
      attributes: [{ wonum: `WO${n}`, __not__: { status: 'DRAFT' } }],
    }),
    event: (n) => closing(n),
  },
  {
    subscription: (n) => ({
      eventType: 'spg.work-order.*',
      attributes: [{ wonum: `WO${n}` }, { wonum: `WO${n}b` }],
    }),
    event: (n) => closing(n),
  },
];

function activation(n: number): ReturnType<Wish['event']> {
  const message = {
    status: 'Success',
    errorCode: '',
    errorDetails: '',
    errorTitle: '',
    error: false,
    orderID: `ORD${n}`,
    ontSerialNumber: `ALCL${n}`,
    opticalStatus: 'Good',
  };
  const data = { id: idOf(n), eventType: 'ONTActivation', eventTimestamp: TIME, message, payload: {} };
  return { type: 'tuatahi.ont.activation', subject: idOf(n), data };
}

function closing(n: number): ReturnType<Wish['event']> {
  const wonum = `WO${n}`;
  const notificationType = 'CloseWorkOrderNotify';
  const message = { notificationType, wonum, status: 'CLOSED', summary: `Closed ${n}` };
  const data = { eventId: String(n), eventTimestamp: TIME, notificationType, wonum, message, payload: {} };
  return { type: 'spg.work-order.closed', subject: wonum, data };
}

const wishOf = (n: number): Wish => WISHES[n % WISHES.length] ?? unknown();
const partyOf = (n: number): string => `party-${Math.floor(n / SUBSCRIPTIONS_OF_A_PARTY)}`;
const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/**
 * How long the fan-out takes for an event that one of so many subscriptions gets, in microseconds: all of it, from
 * the event to what it would write, but without the database. In the fastest round: whatever else runs on the machine
 * can only add.
 * @throws Error when an event does not come to exactly its one subscription
 */
export async function measureMatching(subscriptions: number, rounds: number): Promise<number> {
  const catalogue = new EventCatalogue();
  catalogue.register(...spgEventTypes, ...tuatahiEventTypes);
  const fanOut = new FanOut(catalogue, new LiveSubscriptions());
  const matched: string[] = [];
  const answers = answering(subscriptions, matched);
  const chosen = Array.from({ length: EVENTS_A_ROUND }, (_, n) => scattered(n, subscriptions));
  const events = chosen.map(eventOf);
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round += 1) {
    // Positions only go up, or it would load all subscriptions again.
    const first = 1 + round * EVENTS_A_ROUND;
    const log = events.map((event, n) => ({ ...event, position: first + n }) as DomainEvent);
    matched.length = 0;
    const start = performance.now();
    for (let n = 0; n < log.length; n += BATCH) await fanOut.handle(log.slice(n, n + BATCH), answers);
    // The first one loads them, and shows the compiler what is done often.
    if (round > 0) fastest = Math.min(fastest, (1000 * (performance.now() - start)) / log.length);
    if (matched.length !== chosen.length || matched.some((id, n) => id !== idOf(chosen[n] ?? 0))) {
      throw new Error(`not each event comes to its own of the ${subscriptions} subscriptions alone`);
    }
  }
  return fastest;
}

/** In the place of the database: tells of the subscriptions, and takes down who has matched; nobody gets a number. */
function answering(subscriptions: number, matched: string[]): Answers {
  const expires_at = new Date(Date.parse(TIME) + 86_400_000);
  const rows = Array.from({ length: subscriptions }, (_, n) => {
    const { eventType, attributes } = wishOf(n).subscription(n);
    return { id: idOf(n), party_id: partyOf(n), event_type: eventType, filters: { attributes }, expires_at };
  });
  const query = (sql: string): Promise<unknown> => {
    if (sql.includes('FROM tuatahi_subscription LEFT JOIN next')) return Promise.resolve(rows);
    throw new Error(`the fan-out was not expected to ask: ${sql}`);
  };
  const prepared = ({ name, values: [ids] }: { name: string; values: [string[]] }): Promise<unknown> => {
    if (name !== 'tuatahi.take-numbers') throw new Error(`the fan-out was not expected to ask: ${name}`);
    matched.push(...ids);
    return Promise.resolve({ rows: [] });
  };
  return { query, driver: { master: { query: prepared } } } as unknown as Answers;
}

function eventOf(n: number): object {
  return { ...wishOf(n).event(n), time: TIME, partyIds: [partyOf(n), 'owner'], correlationId: idOf(n) };
}

/** Numbers below `count`, far apart. */
function scattered(n: number, count: number): number {
  return Math.floor(count * ((n * 0.618_033_988_749_895) % 1));
}

function unknown(): never {
  throw new Error('there is no such wish');
}
