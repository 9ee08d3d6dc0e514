import type { EntityManager } from 'typeorm';
import { searchedText, textsIn } from '../database/text-search';
import type { WorkOrder } from './work-order';

/** One statement for a batch, by the primary key. `changed_at` never goes back when a late one is folded in. */
const SAVE = `
  INSERT INTO spg_work_order AS known (wonum, status, incomplete, last_event_id, changed_at, state, search)
  SELECT wonum, status, incomplete, last_event_id, changed_at, state, to_tsvector('simple', words)
  FROM jsonb_to_recordset($1::jsonb) AS given
    (wonum text, status text, incomplete boolean, last_event_id bigint, changed_at timestamptz, state jsonb, words text)
  ORDER BY wonum
  ON CONFLICT (wonum) DO UPDATE SET
    status = excluded.status, incomplete = excluded.incomplete, last_event_id = excluded.last_event_id,
    changed_at = greatest(known.changed_at, excluded.changed_at), state = excluded.state,
    search = excluded.search`;

export async function saveWorkOrders(
  tx: EntityManager,
  orders: readonly { readonly order: WorkOrder; readonly changedAt: string }[],
): Promise<void> {
  const rows = orders.map(({ order, changedAt }) => ({
    wonum: order.wonum,
    status: order.status,
    incomplete: order.incomplete,
    last_event_id: order.lastEventId,
    changed_at: changedAt,
    state: order,
    words: searchedText(wordsOf(order)),
  }));
  await tx.query(SAVE, [JSON.stringify(rows)]);
}

/** What a person would look for: numbers, description, place, people, references, tasks. */
function wordsOf(order: WorkOrder): string[] {
  return [
    order.wonum,
    ...[order.description, order.worktype, order.orderId, order.productId].filter(
      (text) => text !== undefined,
    ),
    ...textsIn(order.site),
    ...textsIn(order.contacts),
    ...order.supplementaryReferences.flatMap(({ name, value }) => [name, value]),
    ...order.tasks.flatMap(({ taskid, description }) => [taskid, description ?? '']),
  ];
}
