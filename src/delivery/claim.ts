import type { DataSource } from 'typeorm';
import { againWhenMoved } from '../database/again-when-moved';
import { type Prepared, runPrepared } from '../database/prepared';
import type { ErrorStrategy } from './channel.entity';
import { REPLAY_LANE, REPLAY_SLOTS } from './endpoint-name';
import type { Outgoing } from './outgoing';

/** A notification in the hands of this process, with all that its delivery needs. */
export interface Claimed extends Outgoing {
  readonly claim_id: string;
  readonly position: string;
  readonly endpoint: string;
  readonly counted_attempts: number;
  readonly first_attempt_at: Date | null;
  /** How long ago it was queued, by the clock of the database, which need not be ours. */
  readonly age_ms: number;
  readonly error_strategy: ErrorStrategy;
  readonly failing_since: Date | null;
  /** Null: it tells of no domain event but has what it tells itself. */
  readonly domain_type: string | null;
  readonly event_time: Date;
  readonly data: unknown;
}

/** Endpoints that one claim looks at; with more of them the next claim goes on from there. */
const MAX_ENDPOINTS = 500;

/** That one claim takes of an endpoint; a number in the statement lets the planner keep one plan for all. */
const MAX_OF_ENDPOINT = 200;

/** Of a notification `n`: nobody has it, and it is time. */
const IS_DUE = `n.status = 'pending' AND n.next_attempt_at <= now()
        AND (n.leased_until IS NULL OR n.leased_until <= now())`;

/** Never more than a second ahead: one that lies farther was set by a clock that was wrong, and is as good as none. */
const PACED_UNTIL = `greatest(CASE WHEN c.paced_until <= now() + interval '10 seconds' THEN c.paced_until END, now())`;

/**
 * Takes what is due, endpoint by endpoint, at most as many of each as it has free slots here, so that a slow
 * endpoint with a long queue takes no more than its own; those with the most free slots first, the others at
 * random. The endpoints are found by jumping from one to the next in the partial index `delivery_notification_due`,
 * which holds only what is pending.
 *
 * What is fresh comes before what is replayed, and replays have so many lanes at once and no more, so that they never
 * take all that may be under way, however slow their receivers are.
 *
 * A channel with a rate gets what its bucket of one second holds (GCRA); its row's lock makes the rate hold
 * over all replicas. Its replays get of it only when nothing fresh is due.
 *
 * What is taken stays in the index where it is, and is passed over as long as the lease holds; when this process
 * dies, others take it then. So no index changes here, and there is room on the row's page for its new version (HOT,
 * `fillfactor`). SKIP LOCKED keeps two processes from waiting for each other. The commit does not wait for the disk:
 * a claim that a crash of the database takes back is made again. The joins are lateral and by arrays, so that no plan
 * ever reads a large table as a whole.
 */
const CLAIM: Prepared = {
  name: 'delivery.claim',
  text: `
  WITH RECURSIVE endpoint (name, number) AS (
    (SELECT endpoint, 1 FROM delivery_queue WHERE status = 'pending' AND endpoint > $7
     ORDER BY endpoint LIMIT 1)
    UNION ALL
    SELECT next.endpoint, number + 1 FROM endpoint CROSS JOIN LATERAL (
      SELECT n.endpoint FROM delivery_queue n
      WHERE n.status = 'pending' AND n.endpoint > endpoint.name ORDER BY n.endpoint LIMIT 1
    ) next
    WHERE number < ${MAX_ENDPOINTS}
  ),
  lane AS (
    SELECT name, CASE WHEN starts_with(name, '${REPLAY_LANE}') THEN substr(name, ${REPLAY_LANE.length + 1})
      ELSE name END AS base
    FROM endpoint
  ),
  paced AS (
    SELECT c.id, c.endpoint, c.rate_per_second,
      floor(extract(epoch FROM now() + interval '1 second' - ${PACED_UNTIL}) * c.rate_per_second)::int AS tokens
    FROM delivery_channel c
    WHERE c.rate_per_second IS NOT NULL AND c.endpoint = ANY(ARRAY(SELECT base FROM lane))
    FOR NO KEY UPDATE SKIP LOCKED
  ),
  free AS (
    SELECT name, base, name <> base AS replay, least(coalesce(known.slots, $2::int),
        CASE WHEN name <> base THEN ${REPLAY_SLOTS} END,
        CASE WHEN position(' ' IN base) = 0 THEN NULL
          WHEN name <> base AND EXISTS (
            SELECT FROM delivery_queue n WHERE n.endpoint = base AND ${IS_DUE}) THEN 0
          ELSE coalesce(paced.tokens, 0) END) AS slots
    FROM lane
    LEFT JOIN unnest($3::text[], $4::int[]) AS known (endpoint, slots) ON known.endpoint = name
    LEFT JOIN paced ON paced.endpoint = base
  ),
  chosen AS (
    SELECT * FROM free WHERE slots > 0 AND NOT replay
    UNION ALL
    (SELECT * FROM free WHERE slots > 0 AND replay AND EXISTS (
       SELECT FROM delivery_queue n WHERE n.endpoint = name AND ${IS_DUE})
     ORDER BY random() LIMIT $8)
  ),
  due AS (
    SELECT d.id, base
    FROM (SELECT name, base, slots FROM chosen ORDER BY replay, slots DESC, random()) f
    CROSS JOIN LATERAL (
      SELECT id FROM (
        SELECT n.id FROM delivery_queue n
        WHERE n.endpoint = f.name AND ${IS_DUE}
        ORDER BY n.next_attempt_at LIMIT ${MAX_OF_ENDPOINT}
        FOR UPDATE SKIP LOCKED
      ) n LIMIT f.slots
    ) d
    LIMIT $1
  ),
  pacing AS (
    UPDATE delivery_channel c
    SET paced_until = ${PACED_UNTIL} + used.count / c.rate_per_second::float8 * interval '1 second'
    FROM (SELECT paced.id, count(*) FROM due JOIN paced ON paced.endpoint = due.base GROUP BY paced.id) used
    WHERE c.id = used.id
  ),
  taken AS (
    UPDATE delivery_queue n
    SET claim_id = $5, leased_until = now() + $6 * interval '1 millisecond'
    WHERE n.id = ANY(ARRAY(SELECT id FROM due))
    RETURNING n.*
  )
  SELECT CASE WHEN scan.number = ${MAX_ENDPOINTS} THEN scan.name ELSE '' END AS scanned_to,
    taken.id, taken.claim_id, taken.subscription_id, taken.channel_id, taken.position, taken.event_type,
    taken.sequence, taken.endpoint, taken.target, taken.counted_attempts, taken.first_attempt_at,
    extract(epoch FROM clock_timestamp() - taken.created_at)::float8 * 1000 AS age_ms,
    taken.transaction_id, taken.replay_id, c.*,
    e.type AS domain_type, coalesce(e.time, taken.created_at) AS event_time, coalesce(e.data, taken.note) AS data,
    e.traceparent
  FROM (
    SELECT max(name) AS name, count(*) AS number, set_config('synchronous_commit', 'off', true) FROM endpoint
  ) scan
  LEFT JOIN taken ON true
  LEFT JOIN LATERAL (
    SELECT kind, error_strategy, failing_since, username, sealed_password, sealed_api_key, sealed_secret,
      CASE WHEN previous_secret_until > now() THEN sealed_previous_secret END AS sealed_previous_secret,
      CASE WHEN kind <> 'webhook' THEN (
        SELECT contact.emails FROM delivery_channel contact
        WHERE contact.subscription_id = taken.subscription_id AND contact.kind = 'contact'
      ) END AS contacts
    FROM delivery_channel WHERE id = taken.channel_id
  ) c ON true
  LEFT JOIN LATERAL (
    SELECT type, time, data, traceparent FROM domain_event WHERE position = taken.position
  ) e ON true`,
};

export interface ClaimOptions {
  readonly limit: number;
  readonly slotsPerEndpoint: number;
  /** Free slots of the endpoints that have fewer right now. */
  readonly freeSlots: ReadonlyMap<string, number>;
  /** Lanes of replays that may be taken from. */
  readonly replayLanes: number;
  /** New for each claim. */
  readonly claimId: string;
  readonly leaseMs: number;
  /** Look at the endpoints after this one. */
  readonly after: string;
}

interface ClaimResult {
  readonly claimed: readonly Claimed[];
  /** There are more endpoints after this one; empty when all were looked at. */
  readonly scannedTo: string;
}

export async function claim(dataSource: DataSource, options: ClaimOptions): Promise<ClaimResult> {
  const { limit, slotsPerEndpoint, freeSlots, replayLanes, claimId, leaseMs, after } = options;
  // What it sees, another process may deliver before it is locked here, or cancel; that goes to another partition.
  const rows = await againWhenMoved(() =>
    runPrepared<Claimed & { scanned_to: string }>(dataSource, CLAIM, [
      limit,
      slotsPerEndpoint,
      [...freeSlots.keys()],
      [...freeSlots.values()],
      claimId,
      leaseMs,
      after,
      replayLanes,
    ]),
  );
  return { scannedTo: rows[0]?.scanned_to ?? '', claimed: rows.filter(({ id }) => id !== null) };
}
