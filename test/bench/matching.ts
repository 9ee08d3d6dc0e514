import { performance } from 'node:perf_hooks';
import type { FilterEntry } from '../../src/tuatahi/filter';
import {
  type IndexedEvent,
  type IndexedSubscription,
  SubscriptionIndex,
} from '../../src/tuatahi/subscription-index';

/** Subscriptions, and for each of them an event that it alone gets. */
interface Scenario {
  readonly name: string;
  subscription(n: number): Omit<IndexedSubscription, 'id'>;
  event(n: number): IndexedEvent;
}

export interface MatchingResult {
  readonly scenario: string;
  readonly subscriptions: number;
  /** In the fastest round: whatever else runs on the machine can only add. */
  readonly microsecondsPerEvent: number;
}

const COUNTS = [10, 1_000, 100_000];
/** So many different subscriptions are asked for in a round, in an order that no cache foresees. */
const EVENTS_A_ROUND = 20_000;

/** One party that follows each of its orders by a subscription: nothing but the order tells them apart. */
const distinctOrders: Scenario = {
  name: 'distinct orderID each',
  subscription: (n) => ({
    eventTypes: 'ONTActivation',
    partyId: 'rsp',
    attributes: [{ orderID: `ORD${n}` }],
  }),
  event: (n) => ({
    types: ['tuatahi.ont.activation', 'ONTActivation'],
    partyIds: ['rsp', 'tff'],
    attributes: ontActivation(n),
  }),
};

/**
 * A hundred retail service providers. Each has one subscription to a whole type, one to all that is not of a kind, one
 * to a prefix by a state, and the rest follow an order or a work order, with values beside it that many share.
 */
const realisticMix: Scenario = {
  name: 'realistic mix',
  subscription: (n) => ({ ...KINDS[kindOf(n)]!.subscription(n), partyId: partyOf(n) }),
  event: (n) => ({ ...KINDS[kindOf(n)]!.event(n), partyIds: [partyOf(n)] }),
};

const PER_PARTY = 1_000;
const partyOf = (n: number): string => `party-${Math.floor(n / PER_PARTY)}`;

/** Three of a party are of the kinds that take many events, the others share the rest. */
function kindOf(n: number): number {
  const place = (n % PER_PARTY) - 5;
  return place === 0 || place === 333 || place === 666 ? place / 333 : 3 + (n % 4);
}

const filtered = (
  eventTypes: string,
  ...attributes: FilterEntry[]
): Omit<IndexedSubscription, 'id' | 'partyId'> => ({
  eventTypes,
  attributes,
});
const WORK_ORDER = 'SPWorkOrderNotification';

const KINDS: {
  subscription(n: number): ReturnType<typeof filtered>;
  event(n: number): Omit<IndexedEvent, 'partyIds'>;
}[] = [
  {
    subscription: () => filtered('itas.notice.received'),
    event: (n) => ({ types: ['itas.notice.received'], attributes: { title: `Notice ${n}`, company: 'GF' } }),
  },
  {
    subscription: () => filtered('followup.booking.*', { __not__: { state: 'confirmed' } }),
    event: (n) => ({
      types: ['followup.booking.cancelled'],
      attributes: { state: 'cancelled', order: `O${n}` },
    }),
  },
  {
    subscription: () => filtered('spg.gap.*', { state: 'confirmed' }, { state: 'healed' }),
    event: (n) => ({ types: ['spg.gap.confirmed'], attributes: { state: 'confirmed', from: n, to: n + 3 } }),
  },
  {
    subscription: (n) => filtered('ONTActivation', { orderID: `ORD${n}`, status: 'Success', error: 'false' }),
    event: (n) => ({ types: ['tuatahi.ont.activation', 'ONTActivation'], attributes: ontActivation(n) }),
  },
  {
    subscription: (n) => filtered(WORK_ORDER, { wonum: `WO${n}`, __not__: { status: 'DRAFT' } }),
    event: (n) => ({ types: ['spg.work-order.closed', WORK_ORDER], attributes: workOrder(n) }),
  },
  {
    subscription: (n) => filtered('spg.work-order.*', { wonum: `WO${n}` }, { wonum: `WO${n}b` }),
    event: (n) => ({ types: ['spg.work-order.closed', WORK_ORDER], attributes: workOrder(n) }),
  },
  {
    subscription: (n) => filtered('spg.*', { status: 'CLOSED', taskid: `T${n}`, __not__: { wonum: 'WO0' } }),
    event: (n) => ({
      types: ['spg.task.closed', WORK_ORDER],
      attributes: { ...workOrder(n), taskid: `T${n}` },
    }),
  },
];

function ontActivation(n: number): IndexedEvent['attributes'] {
  const ont = { ontSerialNumber: `ALCL${n}`, opticalStatus: 'OK' };
  return {
    status: 'Success',
    errorCode: '',
    errorDetails: '',
    errorTitle: '',
    error: false,
    orderID: `ORD${n}`,
    ...ont,
  };
}

function workOrder(n: number): IndexedEvent['attributes'] {
  return {
    notificationType: 'CloseWorkOrderNotify',
    wonum: `WO${n}`,
    status: 'CLOSED',
    summary: `Closed ${n}`,
  };
}

/**
 * How long an event takes to find its one subscription among 10, 1,000 and 100,000.
 * @throws Error when it finds another one, or more
 */
export function benchMatching({ rounds = 9 }: { rounds?: number } = {}): MatchingResult[] {
  return [distinctOrders, realisticMix].flatMap((scenario) =>
    COUNTS.map((subscriptions) => ({
      scenario: scenario.name,
      subscriptions,
      microsecondsPerEvent: measure(scenario, subscriptions, rounds),
    })),
  );
}

function measure(scenario: Scenario, subscriptions: number, rounds: number): number {
  const index = new SubscriptionIndex();
  for (let n = 0; n < subscriptions; n += 1) index.add({ id: idOf(n), ...scenario.subscription(n) });
  const chosen = Array.from({ length: EVENTS_A_ROUND }, (_, n) => scattered(n, subscriptions));
  const events = chosen.map((n) => scenario.event(n));
  for (const [place, event] of events.entries()) {
    const matched = index.match(event);
    if (matched.length !== 1 || matched[0] !== idOf(chosen[place]!))
      throw new Error(`${scenario.name}: ${matched.join()}`);
  }
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    let matches = 0;
    for (const event of events) matches += index.match(event).length;
    if (matches !== events.length) throw new Error(`${scenario.name}: ${matches} matches`);
    return (1000 * (performance.now() - start)) / events.length;
  });
  return Math.min(...times);
}

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Numbers below `count`, far apart. */
function scattered(n: number, count: number): number {
  return Math.floor(count * ((n * 0.618_033_988_749_895) % 1));
}
