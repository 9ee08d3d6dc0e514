import { METER_SETTINGS } from './replicas/database-meter';
import { type Course, Fleet, type FleetOrder, type Turn } from './replicas/fleet';
import { measureAppends } from './replicas/append-alone';
import { measureEventBytes } from './replicas/event-bytes';
import { report } from './replicas/report';
import type { Standing } from './replicas/standing';
import type { Bench, BenchContext } from './result';
import { startServer } from './server';
import { startSink } from './sink/start-sink';

/** Webhooks of each subscription. */
const ONE_SUBSCRIBER = [1];
const TWO_SUBSCRIBERS = [1, 2];
const ALL_WEBHOOKS = 3;

/** Notifications of a turn at full speed, which ends when the last delivery is recorded. */
const MOST = 4000;
/** For each replica, before its first turn. */
const WARM_UP = 3000;
const WARM_UP_SECONDS = 8;
/** No round but the first begins later. */
const ROUNDS_MS = 60_000;

/** A load at which hardly anything waits. */
const PER_SECOND = 100;

/** Whether more replicas do more, what each part of it costs, and what more of it would cost: measured, not judged. */
export const replicas: Bench = {
  name: 'replicas',
  asks: 'notifications received, and delivered to all subscriptions, by so many replicas on one database',
  async run(context) {
    const { cleanUp, options } = context;
    const server = await startServer(cleanUp, METER_SETTINGS);
    const sink = await startSink(ALL_WEBHOOKS, cleanUp);
    const start = (count: number, webhooks: readonly number[]): Promise<Fleet> =>
      startWarm(context, { server, sink, connections: options.connections, replicas: count, webhooks });
    const one = await start(1, ONE_SUBSCRIBER);
    const two = await start(2, ONE_SUBSCRIBER);
    const four = await start(4, ONE_SUBSCRIBER);
    const toThree = await start(1, TWO_SUBSCRIBERS);

    const turns = await takeRounds(context, [one, two, four, toThree]);
    const atFullSpeed = (fleet: Fleet): Standing => ({ fleet, turns: turns.get(fleet) ?? [] });
    const atPace = async (fleet: Fleet): Promise<Standing> => {
      const course = { seconds: options.seconds, perSecond: PER_SECOND };
      return { fleet, turns: [await takeTurn(context, fleet, course)], perSecond: PER_SECOND };
    };
    const measured = {
      one: atFullSpeed(one),
      two: atFullSpeed(two),
      four: atFullSpeed(four),
      toThree: atFullSpeed(toThree),
      onePaced: await atPace(one),
      toThreePaced: await atPace(toThree),
      sumOfOne: await one.end(),
      sumOfToThree: await toThree.end(),
    };
    // They are paused, but hold memory.
    for (const fleet of [two, four]) await fleet.stop();
    const eventBytes = await measureEventBytes(one.databaseUrl);
    return report({ ...measured, eventBytes, appends: await measureAppends(one.databaseUrl) });
  },
};

async function startWarm({ cleanUp, say }: BenchContext, order: FleetOrder): Promise<Fleet> {
  const fleet = await Fleet.start(order);
  cleanUp.defer(() => fleet.stop());
  say(`${fleet.name} get warm`);
  await fleet.takeTurn({ seconds: WARM_UP_SECONDS, most: WARM_UP * order.replicas });
  return fleet;
}

/** The order is turned round from round to round. */
async function takeRounds(
  context: BenchContext,
  fleets: readonly Fleet[],
): Promise<ReadonlyMap<Fleet, Turn[]>> {
  const { rounds, seconds } = context.options;
  const turns = new Map<Fleet, Turn[]>(fleets.map((fleet) => [fleet, []]));
  const end = performance.now() + ROUNDS_MS;
  for (let round = 1; round <= rounds && (round === 1 || performance.now() < end); round += 1) {
    for (const fleet of round % 2 === 1 ? fleets : fleets.toReversed()) {
      turns.get(fleet)?.push(await takeTurn(context, fleet, { seconds, most: MOST }));
    }
  }
  return turns;
}

async function takeTurn({ say }: BenchContext, fleet: Fleet, course: Course): Promise<Turn> {
  const turn = await fleet.takeTurn(course);
  const { perSecond, accepted } = turn.load;
  say(
    `${fleet.name}: ${perSecond.toFixed(0)} accepted a second, ${(accepted / turn.seconds).toFixed(0)} the whole way`,
  );
  return turn;
}
