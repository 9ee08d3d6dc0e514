import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { randomUUID } from 'node:crypto';
import { KARERE_ALL } from '../contenders';
import { FIRST_EVENT_ID, NotificationBodies } from '../load/notification-bodies';
import type { BenchContext } from '../result';
import { API_KEY, Subject } from '../subject';
import { type Manner, Receivers } from './receivers';
import { subscribe } from './subscribe';

interface JourneyOrder {
  /** One subscription for each, to all events. */
  readonly receivers: readonly Manner[];
  readonly eventsPerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What else goes on from before the first to after the last of them. @returns its end, which may find it wanting */
  readonly beside?: (subject: Subject) => Promise<() => Promise<void>>;
}

/** How long the last deliveries may take. */
const ARRIVAL_LIMIT_MS = 10_000;

/**
 * Sends notifications at an even pace, whatever becomes of them, to Karere as one process, and looks when they come
 * to subscribers.
 * @returns ms from the answer "accepted" to the arrival at each receiver that answers well
 * @throws Error when something was refused, or does not arrive at all of them
 */
export async function measureJourneys(context: BenchContext, order: JourneyOrder): Promise<number[]> {
  const { server } = context;
  const name = `journey_${randomUUID().slice(0, 8)}`;
  const databaseUrl = await server.createDatabase(name);
  const receivers = await Receivers.open(order.receivers);
  const subject = await Subject.start(
    { ...KARERE_ALL, env: { ROLE: 'all', ...order.env } },
    databaseUrl,
    server.folder,
  );
  try {
    for (const url of receivers.urls) await subscribe(subject, url);
    await server.checkpoint();
    const endBeside = await order.beside?.(subject);
    const accepted = await sendEvenly(subject, order);
    const times = await travelTimes(accepted, receivers, order);
    await endBeside?.();
    return times;
  } finally {
    await subject.stop();
    receivers.close();
    await server.dropDatabase(name);
  }
}

/** @returns when each was accepted, by its transaction id; without those of the warm-up */
async function sendEvenly(subject: Subject, order: JourneyOrder): Promise<Map<string, number>> {
  const { eventsPerSecond, warmUpSeconds, seconds } = order;
  const pool = new Pool(subject.url, { connections: 64, pipelining: 1 });
  const accepted = new Map<string, number>();
  const bodies = new NotificationBodies();
  const start = performance.now();
  const underWay: Promise<void>[] = [];
  for (let number = 0; number < eventsPerSecond * (warmUpSeconds + seconds); number += 1) {
    const due = start + (1000 * number) / eventsPerSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    const transactionId = randomUUID();
    const body = Buffer.from(bodies.next(FIRST_EVENT_ID + number));
    const counts = number >= eventsPerSecond * warmUpSeconds;
    underWay.push(
      post(pool, body, transactionId, () => {
        if (counts) accepted.set(transactionId, performance.now());
      }),
    );
  }
  await Promise.all(underWay);
  await pool.close();
  return accepted;
}

async function post(pool: Pool, body: Buffer, transactionId: string, onAccepted: () => void): Promise<void> {
  const { statusCode, body: answer } = await pool.request({
    method: 'POST',
    path: '/spg/notification',
    headers: { 'content-type': 'application/json', 'x-api-key': API_KEY, 'x-transaction-id': transactionId },
    body,
  });
  await answer.dump();
  if (statusCode !== 200) throw new Error(`a notification was answered ${statusCode}`);
  onAccepted();
}

async function travelTimes(
  accepted: ReadonlyMap<string, number>,
  receivers: Receivers,
  { receivers: manners }: JourneyOrder,
): Promise<number[]> {
  const well = manners.filter((manner) => manner === 'well').length;
  for (const deadline = performance.now() + ARRIVAL_LIMIT_MS; performance.now() < deadline; await sleep(20)) {
    const times = receivers.arrivals.flatMap(({ receiver, transactionId, at }) => {
      const acceptedAt = accepted.get(transactionId);
      return acceptedAt === undefined || manners[receiver] !== 'well' ? [] : [at - acceptedAt];
    });
    if (times.length === accepted.size * well) return times;
    if (times.length > accepted.size * well) throw new Error('something was delivered twice');
  }
  throw new Error('not everything has arrived');
}
