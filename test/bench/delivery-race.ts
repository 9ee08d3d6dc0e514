import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deliverer } from './deliverers';
import type { BenchContext, Row } from './result';
import type { Sink } from './sink/start-sink';
import { median, spreadPercent } from './statistics';
import { Subject } from './subject';

/** What one deliverer did in one turn. */
interface DeliveryTurn {
  readonly perSecond: number;
  /** CPU of its process for each delivery, in microseconds. */
  readonly cpuMicros: number;
  /** Of the whole machine: its database and the sink as well, and whatever else runs. */
  readonly machineMicros: number;
}

export interface DeliveryStanding {
  readonly name: string;
  readonly turns: readonly DeliveryTurn[];
}

export interface DeliveryLane {
  readonly deliverer: Deliverer;
  readonly databaseUrl: string;
}

interface Course {
  readonly sink: Sink;
  /** Where the deliveries go to: one endpoint each. */
  readonly origins: readonly string[];
}

/** More than anyone can do, so that no queue runs dry. */
const MOST_PER_SECOND = 16_000;

const FIRST_LIMIT_MS = 30_000;

/** Deliveries at once, of all: what Karere ships with. It ships with 16 to one endpoint, and here may do all to one. */
export const CONCURRENCY = 256;

/**
 * Lets the deliverers take turns: the same sink, the same PostgreSQL, a full queue and a new process for each turn.
 * The order is turned round from round to round. What the sink has counted is the measure.
 * @throws Error when not exactly what came to the sink is stored as done
 */
export async function raceDeliveries(
  context: BenchContext,
  lanes: readonly DeliveryLane[],
  course: Course,
): Promise<DeliveryStanding[]> {
  const { rounds } = context.options;
  const turns = new Map<DeliveryLane, DeliveryTurn[]>(lanes.map((lane) => [lane, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const lane of round % 2 === 1 ? lanes : lanes.toReversed()) {
      const turn = await takeTurn(context, lane, course);
      turns.get(lane)?.push(turn);
      context.say(
        `round ${round}/${rounds}  ${lane.deliverer.name}: ${turn.perSecond.toFixed(0)} per second`,
      );
    }
  }
  return lanes.map((lane) => ({ name: lane.deliverer.name, turns: turns.get(lane) ?? [] }));
}

async function takeTurn(
  { options, server }: BenchContext,
  { deliverer, databaseUrl }: DeliveryLane,
  { sink, origins }: Course,
): Promise<DeliveryTurn> {
  const { seconds, warmUp } = options;
  const deliveries = deliveriesFor(options);
  await deliverer.fill?.({ databaseUrl, deliveries, origins });
  await server.checkpoint();
  const before = await sink.count();
  const concurrency = String(CONCURRENCY);
  const env = {
    DELIVERY_CONCURRENCY: concurrency,
    ENDPOINT_CONCURRENCY: concurrency,
    CONCURRENCY: concurrency,
    ORIGINS: origins.join(' '),
    ...deliverer.env,
  };
  const subject = await Subject.spawn({ ...deliverer, env }, databaseUrl, server.folder);
  let turn: DeliveryTurn;
  try {
    await firstDelivery(subject, sink, before.received);
    await sleep(warmUp * 1000);
    turn = await measure(subject, sink, seconds);
  } finally {
    await subject.stop();
  }
  const received = (await sink.count()).received - before.received;
  const delivered = (await deliverer.delivered?.(databaseUrl, deliveries)) ?? received;
  if (delivered > received || (received > delivered && !deliverer.mayForget)) {
    throw new Error(`${deliverer.name}: ${received} came, ${delivered} are stored as done`);
  }
  if (deliverer.delivered && delivered === deliveries)
    throw new Error(`${deliverer.name}: the queue ran dry`);
  return turn;
}

/** How many are queued for a turn. */
export function deliveriesFor({ seconds, warmUp }: { seconds: number; warmUp: number }): number {
  return MOST_PER_SECOND * (seconds + warmUp);
}

async function firstDelivery(subject: Subject, sink: Sink, before: number): Promise<void> {
  for (
    const deadline = Date.now() + FIRST_LIMIT_MS;
    (await sink.count()).received === before;
    await sleep(20)
  ) {
    if (Date.now() < deadline && subject.isRunning) continue;
    throw new Error(`${subject.name} delivers nothing. It printed:\n${subject.printed()}`);
  }
}

async function measure(subject: Subject, sink: Sink, seconds: number): Promise<DeliveryTurn> {
  const look = async () => ({
    at: performance.now(),
    busy: busySeconds(),
    cpu: (await subject.usageByKernel()).cpuSeconds ?? Number.NaN,
    received: (await sink.count()).received,
  });
  const from = await look();
  await sleep(seconds * 1000);
  const to = await look();
  const received = to.received - from.received;
  return {
    perSecond: (1000 * received) / (to.at - from.at),
    cpuMicros: (1e6 * (to.cpu - from.cpu)) / received,
    machineMicros: (1e6 * (to.busy - from.busy)) / received,
  };
}

function busySeconds(): number {
  let busy = 0;
  for (const { times } of cpus()) busy += times.user + times.nice + times.sys + times.irq;
  return busy / 1000;
}

/** How many times as fast one is as the other: the median over the rounds. */
export function deliveryRatio(one: DeliveryStanding, other: DeliveryStanding): number {
  return median(
    one.turns.map(({ perSecond }, round) => perSecond / (other.turns[round]?.perSecond ?? Number.NaN)),
  );
}

export function deliveryRow(standing: DeliveryStanding, reference: DeliveryStanding): Row {
  const rates = standing.turns.map(({ perSecond }) => perSecond);
  return {
    subject: standing.name,
    'per second': median(rates),
    'spread %': spreadPercent(rates),
    [`${reference.name} ÷ this`]: deliveryRatio(reference, standing),
    'CPU µs': median(standing.turns.map(({ cpuMicros }) => cpuMicros)),
    'machine CPU µs': median(standing.turns.map(({ machineMicros }) => machineMicros)),
  };
}
