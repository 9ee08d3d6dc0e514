import { Injectable } from '@nestjs/common';
import type { DomainEvent } from '../events/domain-event';
import { On } from '../events/on.decorator';
import { Cancellations } from './cancellations.service';

/** What happens to work orders and concerns their follow-up visits. */
@Injectable()
export class FollowupBookingListener {
  constructor(private readonly cancellations: Cancellations) {}

  @On('spg.work-order.cancelled')
  async releaseSlotWhenWorkOrderIsCancelled(event: DomainEvent<'spg.work-order.cancelled'>): Promise<void> {
    const { data, time, correlationId } = event;
    const at = new Date(time);
    await this.cancellations.release(data.wonum, { reason: 'work-order-cancelled', at, correlationId });
  }

  @On('spg.work-order.closed')
  async releaseSlotWhenWorkOrderIsClosed(event: DomainEvent<'spg.work-order.closed'>): Promise<void> {
    const { data, time, correlationId } = event;
    const at = new Date(time);
    // It may come late, such as by a replay: what was booked since the work order was closed is wanted.
    const endedAt = new Date(Math.min(at.getTime(), Date.parse(data.eventTimestamp)));
    await this.cancellations.release(data.wonum, { reason: 'work-order-closed', at, correlationId }, endedAt);
  }
}
