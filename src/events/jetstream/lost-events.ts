import type { EntityManager } from 'typeorm';
import type { StreamTail } from './stream-tail';

/** By `domain_event_pkey` and `parked_event_once`; the first one that is found ends it. */
const FIRST_LOST = `
  SELECT position::float8 AS position FROM domain_event event
  WHERE position > $2 AND position < $3 AND position <> ALL ($4::bigint[])
    AND NOT EXISTS (
      SELECT FROM parked_event parked WHERE parked.consumer = $1 AND parked.position = event.position)
  ORDER BY position LIMIT 1`;

/**
 * The first event that was acknowledged and is not at the end of the stream any more: its server has lost it.
 * Messages that somebody has deleted are not lost.
 * @param before the first position that the consumer has not handled
 */
export async function findFirstLost(
  tx: EntityManager,
  { consumer, before, end }: { consumer: string; before: number; end: StreamTail },
): Promise<number | undefined> {
  const { position, deleted, late } = end;
  if (position === undefined || deleted || position >= before - 1) return undefined;
  const [row] = await tx.query<{ position: number }[]>(FIRST_LOST, [consumer, position, before, [...late]]);
  return row?.position;
}
