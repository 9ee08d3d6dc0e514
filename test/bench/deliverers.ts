import { caughtUp } from './consumer-progress';
import { fillDeliveryLog } from './fill-delivery-log';
import { deliveredByBullmq, queueInBullmq } from './queue/bullmq-queue';
import { deliveredByGraphileWorker, queueInGraphileWorker } from './queue/graphile-queue';
import { deliveredByKarere, emptyKarere, fillEvents, queueInKarere } from './queue/karere-queue';
import { deliveredByPgBoss, queueInPgBoss } from './queue/pg-boss-queue';
import type { QueueOrder } from './queue/queue-order';
import type { BenchContext } from './result';
import { Subject, type SubjectDescription } from './subject';

/** A subject that delivers what is queued for it, from its start to its end. */
export interface Deliverer extends SubjectDescription {
  /** Once, in a new database: what has to be there for so many deliveries. */
  readonly prepare?: (context: BenchContext, databaseUrl: string, deliveries: number) => Promise<void>;
  /** Puts so many deliveries into the queue, and takes out what was there. */
  readonly fill?: (order: QueueOrder) => Promise<void>;
  /** How many of them are done, by what is stored: an audit. */
  readonly delivered?: (databaseUrl: string, queued: number) => Promise<number>;
  /** When it is stopped, what was under way may be delivered and not be stored as done. */
  readonly mayForget?: boolean;
}

/** Karere as a worker's process, with nothing else to do. The race says how many it delivers at once. */
export const KARERE_DISPATCHER: Deliverer = {
  name: 'karere',
  program: 'src/main.js',
  env: { ROLE: 'worker' },
  prepare: async ({ server }, databaseUrl, deliveries) => {
    const worker = await Subject.start(KARERE_DISPATCHER, databaseUrl, server.folder);
    await caughtUp(databaseUrl);
    await worker.stop();
    await fillEvents(databaseUrl, deliveries);
  },
  fill: async (order) => {
    await emptyKarere(order.databaseUrl);
    await queueInKarere(order);
  },
  delivered: deliveredByKarere,
};

/** The same with a long delivery log. */
export function karereWithLog(notifications: number): Deliverer {
  return {
    ...KARERE_DISPATCHER,
    name: `${notifications.toLocaleString('en')} finished`,
    prepare: async (context, databaseUrl, deliveries) => {
      await KARERE_DISPATCHER.prepare?.(context, databaseUrl, deliveries);
      await fillDeliveryLog(databaseUrl, notifications, context.say);
    },
  };
}

/** No queue, no database: what can be reached at all. */
export const BARE_UNDICI: Deliverer = { name: 'bare undici', program: 'test/bench/subjects/bare-undici.js' };

const PG_BOSS: Deliverer = {
  name: 'pg-boss',
  program: 'test/bench/subjects/pg-boss-worker.js',
  fill: queueInPgBoss,
  delivered: deliveredByPgBoss,
  mayForget: true,
};

const GRAPHILE_WORKER: Deliverer = {
  name: 'graphile-worker',
  program: 'test/bench/subjects/graphile-worker.js',
  fill: queueInGraphileWorker,
  delivered: deliveredByGraphileWorker,
  mayForget: true,
};

const bullmqAt = (socket: string): Deliverer => ({
  name: 'bullmq',
  program: 'test/bench/subjects/bullmq-worker.js',
  env: { REDIS_SOCKET: socket },
  fill: (order) => queueInBullmq(order, socket),
  delivered: () => deliveredByBullmq(socket),
});

/** Queues that do the same by one job for each delivery. */
export function otherQueues(redisSocket: string | undefined): Deliverer[] {
  return [
    PG_BOSS,
    { ...PG_BOSS, name: 'pg-boss, whole batches', env: { COMPLETE: 'batch' } },
    GRAPHILE_WORKER,
    { ...GRAPHILE_WORKER, name: 'graphile-worker, batched', env: { BATCHED: 'true' } },
    ...(redisSocket === undefined ? [] : [bullmqAt(redisSocket)]),
  ];
}
