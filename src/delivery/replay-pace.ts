import type { EntityManager } from 'typeorm';

/** What the bucket of one second still holds (GCRA). */
const ROOM = `
  SELECT floor(extract(epoch FROM $1::timestamptz - greatest(until, $1::timestamptz - interval '1 second')) * $2)::int
    AS room
  FROM delivery_replay_pace`;

const USE = `
  INSERT INTO delivery_replay_pace AS pace (until)
  VALUES ($1::timestamptz - interval '1 second' + $2 / $3::float8 * interval '1 second')
  ON CONFLICT (single) DO UPDATE
  SET until = greatest(pace.until, $1::timestamptz - interval '1 second') + $2 / $3::float8 * interval '1 second'`;

/** How many notifications replays may queue now, all of them together, whichever replica queues them. */
export async function replayRoom(tx: EntityManager, perSecond: number, now: Date): Promise<number> {
  const [row] = await tx.query<{ room: number }[]>(ROOM, [now, perSecond]);
  return row?.room ?? perSecond;
}

export async function useReplayRoom(
  tx: EntityManager,
  used: number,
  perSecond: number,
  now: Date,
): Promise<void> {
  if (used > 0) await tx.query(USE, [now, used, perSecond]);
}
