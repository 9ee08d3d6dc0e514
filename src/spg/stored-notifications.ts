import type { EntityManager } from 'typeorm';
import { storableJson } from '../events/storable';
import { parseJson } from '../http/parse-json';
import { isNotificationType, NOTIFICATION_TYPES } from './notification-types';
import type { Notification } from './work-order.fold';

interface Row {
  event_id: string;
  notification_type: string;
  body: Buffer;
}

/** Originals that are in memory at a time: each may be as large as a body can be. */
const PAGE = 20;

/** By `spg_notification_of_work_order`. */
const READ = `
  SELECT event_id, notification_type, body FROM spg_notification
  WHERE wonum = $1 AND event_id > $2 ORDER BY event_id LIMIT ${PAGE}`;

/**
 * All stored notifications of a work order, in the order of their eventIds and some at a time. They were valid when
 * they came, and rules may have become stricter since, so they are only read, not validated again.
 */
export async function* storedNotificationsOf(
  tx: EntityManager,
  wonum: string,
): AsyncGenerator<readonly Notification[]> {
  let after = '-1';
  for (;;) {
    const rows = await tx.query<Row[]>(READ, [wonum, after]);
    yield rows.flatMap((row) => toNotification(wonum, row));
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.event_id;
  }
}

function toNotification(
  wonum: string,
  { event_id: eventId, notification_type: notificationType, body }: Row,
): Notification[] {
  if (!isNotificationType(notificationType)) return [];
  const json = storableJson(parseJson(body) as Record<string, unknown>, body).value;
  const { eventTimestamp, message, payload } = json;
  const data = { eventId, eventTimestamp, notificationType, wonum, message, payload };
  return [{ type: NOTIFICATION_TYPES[notificationType].event, data } as unknown as Notification];
}
