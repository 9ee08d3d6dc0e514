import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { query } from '../server';
import type { Subject } from '../subject';
import { askFor } from './party-request';
import { Receivers } from './receivers';

const PARTY = 'replays';
const DELIVERY_LIMIT_MS = 10_000;

/** As many more of one that was delivered as asked for, all of which have failed. */
const FAILURES = `
  INSERT INTO delivery_notification (subscription_id, channel_id, party_id, position, event_type, sequence, endpoint,
    target, status, attempts, counted_attempts, first_attempt_at, finished_at, transaction_id)
  SELECT subscription_id, channel_id, party_id, position, event_type, number, endpoint, target, 'fail', 1, 1, now(),
    now(), gen_random_uuid()
  FROM delivery_notification CROSS JOIN generate_series(2, $1::int + 1) AS number
  WHERE party_id = '${PARTY}' AND sequence = 1`;

interface Progress {
  readonly state: string;
  readonly matched: number;
  readonly sent: number;
}

/**
 * Lets a party of its own, with a receiver that answers well, have so many failures, and starts a replay of them all.
 * @returns its end, which throws when the replay was not under way all the time
 */
export async function startReplay(subject: Subject, count: number): Promise<() => Promise<void>> {
  const receivers = await Receivers.open(['well']);
  const [callbackUri = ''] = receivers.urls;
  await askFor(subject, {
    partyId: PARTY,
    path: '/subscriptions',
    body: {
      eventType: 'ONTActivation',
      contactEmails: [{ email: 'contact@example.co.nz' }],
      notificationChannels: { webhook: [{ callbackUri }] },
    },
  });
  await publishOne(subject);
  for (const deadline = Date.now() + DELIVERY_LIMIT_MS; receivers.arrivals.length === 0; await sleep(20)) {
    if (Date.now() > deadline) throw new Error('the first one was not delivered');
  }
  await sleep(500); // until that is written down
  await query(subject.databaseUrl, FAILURES, [count]);
  await query(subject.databaseUrl, 'UPDATE tuatahi_subscription SET sequence = $1 WHERE party_id = $2', [
    count + 1,
    PARTY,
  ]);
  await query(subject.databaseUrl, 'VACUUM (ANALYZE) delivery_notification');

  const { id } = await askFor<{ id: string }>(subject, {
    partyId: PARTY,
    path: '/notifications/replay',
    body: { status: 'fail', limit: count, dryRun: false },
  });
  const progress = (): Promise<Progress> => askFor(subject, { partyId: PARTY, path: `/replays/${id}` });
  if ((await progress()).matched !== count) throw new Error('the replay has not taken all');
  return async () => {
    const { state, sent } = await progress();
    receivers.close();
    if (state !== 'running' || sent === 0) throw new Error(`the replay is ${state}, and ${sent} were sent`);
  };
}

async function publishOne(subject: Subject): Promise<void> {
  await askFor(subject, {
    partyId: PARTY,
    scope: 'events:publish',
    path: '/events',
    body: {
      id: randomUUID(),
      eventType: 'ONTActivation',
      eventTimestamp: new Date().toISOString(),
      partyIds: [PARTY],
      message: { status: 'Success', error: false, orderID: 'ORD-1' },
      payload: { note: 'x'.repeat(500) },
    },
  });
}
