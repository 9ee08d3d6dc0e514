import { SignJWT } from 'jose';
import { Pool } from 'undici';
import { searchExample } from '../../../src/followup-booking/dto/examples';
import { windowsToOffer } from '../../../src/followup-booking/windows.policy';
import { areaOf, CALENDAR } from '../fill-followup';
import { quantile } from '../statistics';
import type { FollowupOrder, FollowupReport } from './followup-load';

/** Spreads the work over areas and windows, so that neighbours in time are none in the tables. */
const SCATTER = 7_368_787;

/** Keeps every connection busy with one request at a time until the time is over. */
async function run(order: FollowupOrder): Promise<FollowupReport> {
  const { url, connections, warmUpSeconds, seconds } = order;
  const pool = new Pool(url, { connections, pipelining: 1 });
  const headers = { 'content-type': 'application/json', 'x-access-token': await tokenOf(order.secret) };
  const bodies = new Bodies(order.what);
  const measureFrom = performance.now() + warmUpSeconds * 1000;
  const end = measureFrom + seconds * 1000;
  const latencies: number[] = [];
  let [accepted, refused, nextOrder] = [0, 0, order.firstOrder];
  let firstRefusal: string | undefined;

  const keepBusy = async (): Promise<void> => {
    for (let start = performance.now(); start < end && refused === 0; start = performance.now()) {
      const { path, body } = bodies.next(nextOrder);
      nextOrder += 1;
      const answer = await pool.request({ method: 'POST', path, headers, body });
      const text = await answer.body.text();
      if (answer.statusCode === 200) {
        accepted += 1;
        if (start >= measureFrom) latencies.push(performance.now() - start);
      } else {
        refused += 1;
        firstRefusal ??= text;
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, keepBusy));
  await pool.close();
  return {
    accepted,
    refused,
    ...(firstRefusal !== undefined && { firstRefusal }),
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    nextOrder,
  };
}

/** Requests for service areas and windows in a scattered order, each for a work order of its own. */
class Bodies {
  private readonly windows = windowsToOffer(CALENDAR, new Date()).slice(1);

  constructor(private readonly what: FollowupOrder['what']) {}

  next(number: number): { path: string; body: string } {
    const place = number * SCATTER;
    const orderNum = `WO-BENCH-${number}`;
    const { Location, ...example } = searchExample();
    const visit = {
      ...example,
      Location: { ...plain(Location), ServiceAreaID: areaOf(place) },
      OriginalOrderNum: orderNum,
    };
    if (this.what === 'search') {
      return { path: '/followup-booking/appointments/open-slots', body: JSON.stringify(visit) };
    }
    const window = this.windows[Math.floor(place / 1000) % this.windows.length];
    const Period = { Start: window?.start.toISOString(), End: window?.end.toISOString() };
    return {
      path: `/followup-booking/work-orders/${orderNum}/followup`,
      body: JSON.stringify({ ...visit, TimeConstraints: [{ Type: '1001', Period }] }),
    };
  }
}

function plain(value: object): object {
  return { ...(value as Record<string, unknown>) };
}

function tokenOf(secret: string): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
}

// Told so by the parent, or the parent is gone.
process.once('disconnect', () => process.exit());
process.once('message', (order) => {
  void run(order as FollowupOrder).then((report) => process.send?.(report));
});
