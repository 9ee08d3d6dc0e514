import type { EntityManager } from 'typeorm';
import { toStorable } from '../events/storable';
import { parseJson } from '../http/parse-json';
import { byWorkOrder } from './by-work-order';
import { isNotificationType, NOTIFICATION_TYPES } from './notification-types';
import type { Notification } from './work-order.fold';

interface Row {
  event_id: string;
  notification_type: string;
  wonum: string;
  body: Buffer;
}

/**
 * All stored notifications of some work orders, in the order of their eventIds. They were valid when they
 * came, and rules may have become stricter since, so they are only read, not validated again.
 */
export async function storedNotificationsOf(
  tx: EntityManager,
  wonums: readonly string[],
): Promise<Map<string, Notification[]>> {
  if (wonums.length === 0) return new Map();
  const rows = await tx.query<Row[]>(
    `SELECT event_id, notification_type, wonum, body FROM spg_notification
     WHERE wonum = ANY($1) ORDER BY wonum, event_id`,
    [wonums],
  );
  const byWonum = byWorkOrder(rows, ({ wonum }) => wonum);
  return new Map([...byWonum].map(([wonum, stored]) => [wonum, stored.flatMap(toNotification)]));
}

function toNotification({
  event_id: eventId,
  notification_type: notificationType,
  wonum,
  body,
}: Row): Notification[] {
  if (!isNotificationType(notificationType)) return [];
  const json = toStorable(parseJson(body) as Record<string, unknown>).value;
  const { eventTimestamp, message, payload } = json;
  const data = { eventId, eventTimestamp, notificationType, wonum, message, payload };
  return [{ type: NOTIFICATION_TYPES[notificationType].event, data } as unknown as Notification];
}
