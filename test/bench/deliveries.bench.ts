import { BARE_UNDICI, KARERE_DISPATCHER, otherQueues } from './deliverers';
import {
  CONCURRENCY,
  type DeliveryStanding,
  deliveriesFor,
  deliveryRatio,
  deliveryRow,
  raceDeliveries,
} from './delivery-race';
import { startRedis } from './queue/redis';
import type { Bench, Findings } from './result';
import { startSink } from './sink/start-sink';

const ENDPOINTS = [1, 16];

const NO_REDIS = 'there is no redis-server on this machine';

/**
 * How many webhooks a second are delivered and written down, beside other ways to do it, all with as many at once.
 * For that Karere is set to more for one endpoint than the 16 that it ships with.
 */
export const deliveries: Bench = {
  name: 'deliveries',
  asks: `signed webhooks delivered from a full queue, per second, all with ${CONCURRENCY} at once, also to one endpoint (ENDPOINT_CONCURRENCY=${CONCURRENCY})`,
  async run(context) {
    const { server, cleanUp, options, say } = context;
    const redis = await startRedis(server.folder, cleanUp);
    if (redis === undefined) say(`SKIPPED: bullmq, because ${NO_REDIS}`);
    const others = otherQueues(redis);
    const lanes = [];
    for (const [number, deliverer] of [KARERE_DISPATCHER, BARE_UNDICI, ...others].entries()) {
      const databaseUrl = await server.createDatabase(`deliveries_${number}`);
      await deliverer.prepare?.(context, databaseUrl, deliveriesFor(options));
      lanes.push({ deliverer, databaseUrl });
    }
    const findings: Findings[] = [];
    for (const endpoints of ENDPOINTS) {
      const sink = await startSink(endpoints, cleanUp);
      say(`${endpoints} endpoint(s)`);
      findings.push(
        compare(
          await raceDeliveries(context, lanes, { sink, origins: sink.origins }),
          endpoints,
          redis !== undefined,
        ),
      );
    }
    return {
      rows: findings.flatMap(({ rows }) => rows),
      targets: findings.flatMap(({ targets }) => targets),
    };
  },
};

function compare(standings: readonly DeliveryStanding[], endpoints: number, isComplete: boolean): Findings {
  const [karere, bare, ...others] = standings;
  if (!karere || !bare) throw new Error('both take part');
  const to = endpoints === 1 ? 'to one endpoint' : `to ${endpoints} endpoints`;
  return {
    rows: [
      ...standings.map((standing) => ({ ...deliveryRow(standing, karere), to })),
      ...(isComplete ? [] : [{ subject: 'bullmq', 'per second': 'SKIPPED', to }]),
    ],
    targets: [
      { what: `${to}: karere ÷ bare undici`, atLeast: 0.7, measured: deliveryRatio(karere, bare) },
      {
        what: `${to}: karere ÷ the best of the others`,
        atLeast: 3,
        measured: Math.min(...others.map((other) => deliveryRatio(karere, other))),
        ...(!isComplete && { incomplete: `without bullmq, because ${NO_REDIS}` }),
      },
    ],
  };
}
