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
    const changed: { order: WorkOrder; changedAt: string }[] = [];
    for (const [wonum, arrived] of batch) {
      const start = known.get(wonum);
      const fresh = unknownTo(start, arrived);
      const order = arrivedLate(fresh, start)
        ? await foldAnew(tx, wonum)
        : foldWorkOrder(wonum, start, sorted(fresh));
      changed.push({ order, changedAt: latest(arrived) });
    }
    await saveWorkOrders(tx, changed);
  }

  override async reset(tx: EntityManager): Promise<void> {
    await tx.query('DELETE FROM spg_work_order');
  }
}

/** From all that is stored, of which only some is in memory at a time. */
async function foldAnew(tx: EntityManager, wonum: string): Promise<WorkOrder> {
  let order = foldWorkOrder(wonum, undefined, []);
  for await (const some of storedNotificationsOf(tx, wonum)) order = foldWorkOrder(wonum, order, some);
  return order;
}

/** Without what is in the row already: a fold of all that is stored goes further than the log was read. */
function unknownTo(
  start: WorkOrder | undefined,
  arrived: readonly NotificationEvent[],
): readonly NotificationEvent[] {
  const known = new Set(start?.timeline.map(({ eventId }) => eventId));
  return arrived.filter(({ data }) => !known.has(data.eventId));
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
