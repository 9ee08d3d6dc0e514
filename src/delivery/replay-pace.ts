import type { EntityManager } from 'typeorm';

/** One that lies further ahead was set by a clock that was wrong, and is as good as none. */
const KNOWN = `CASE WHEN pace.until <= $1::timestamptz + interval '10 seconds' THEN pace.until END`;

/** The bucket (GCRA) is never fuller than for a second. */
const SINCE = `greatest(${KNOWN}, $1::timestamptz - interval '1 second')`;

const ROOM = `
  SELECT floor(extract(epoch FROM $1::timestamptz - ${SINCE}) * $2)::int AS room
  FROM (VALUES (true)) one LEFT JOIN delivery_replay_pace pace ON true`;

const USE = `
  INSERT INTO delivery_replay_pace AS pace (until)
  VALUES ($1::timestamptz + ($2 / $3::float8 - 1) * interval '1 second')
  ON CONFLICT (single) DO UPDATE SET until = ${SINCE} + $2 / $3::float8 * interval '1 second'`;

/** How many notifications replays may queue now, all of them together, whichever replica queues them. */
export async function replayRoom(tx: EntityManager, perSecond: number, now: Date): Promise<number> {
  const [row] = await tx.query<{ room: number }[]>(ROOM, [now, perSecond]);
  return row?.room ?? 0;
}

export async function useReplayRoom(
  tx: EntityManager,
  used: number,
  perSecond: number,
  now: Date,
): Promise<void> {
  if (used > 0) await tx.query(USE, [now, used, perSecond]);
}
