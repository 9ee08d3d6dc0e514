import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import type { DomainEvent } from '../events/domain-event';
import { DurableConsumer } from '../events/durable-consumer';
import { byWorkOrder } from './by-work-order';
import { isNotificationEvent, type NotificationEvent } from './notification-event';
import { saveWorkOrders } from './save-work-orders';
import { storedNotificationsOf } from './stored-notifications';
import { WorkOrderEntity } from './work-order.entity';
import { foldWorkOrder } from './work-order.fold';
import type { WorkOrder } from './work-order';

/**
 * Keeps the projection of work orders. Right whatever the order of arrival: a work order to which only newer
 * notifications have come is continued from its row; one to which an older one has come late is folded anew
 * from all that is stored of it.
 */
@Injectable()
export class WorkOrderProjector extends DurableConsumer {
  readonly name = 'spg-projector';

  async handle(events: readonly DomainEvent[], tx: EntityManager): Promise<void> {
    const batch = byWorkOrder(events.filter(isNotificationEvent), ({ data }) => data.wonum);
    if (batch.size === 0) return;
    const rows = await tx.find(WorkOrderEntity, { where: { wonum: In([...batch.keys()]) } });
    const known = new Map(rows.map((row) => [row.wonum, row.state]));
    const touched = [...batch].map(([wonum, arrived]) => ({ wonum, arrived, start: known.get(wonum) }));
    const late = touched
      .filter(({ arrived, start }) => arrivedLate(arrived, start))
      .map(({ wonum }) => wonum);
    const stored = await storedNotificationsOf(tx, late);
    await saveWorkOrders(
      tx,
      touched.map(({ wonum, arrived, start }) => {
        const all = stored.get(wonum);
        const order = all
          ? foldWorkOrder(wonum, undefined, all)
          : foldWorkOrder(wonum, start, sorted(arrived));
        return { order, changedAt: latest(arrived) };
      }),
    );
  }

  override async reset(tx: EntityManager): Promise<void> {
    await tx.query('DELETE FROM spg_work_order');
  }
}

/** Whether the row already goes further than the oldest of what has come now. */
function arrivedLate(arrived: readonly NotificationEvent[], start: WorkOrder | undefined): boolean {
  const last = BigInt(start?.lastEventId ?? 0);
  return arrived.some(({ data }) => BigInt(data.eventId) <= last);
}

/** Not that of the last: the clock may have been set back between them, and a rebuild has other batches. */
function latest(events: readonly NotificationEvent[]): string {
  return events.reduce(
    (last, { time }) => (Date.parse(time) > Date.parse(last) ? time : last),
    events[0]?.time ?? '',
  );
}

function sorted(events: readonly NotificationEvent[]): NotificationEvent[] {
  return events.toSorted((a, b) => (BigInt(a.data.eventId) < BigInt(b.data.eventId) ? -1 : 1));
}
