import { ApiProperty } from '@nestjs/swagger';
import type { NotificationCounts } from '../../delivery/notification-counts';

/** How many notifications there have to be, and what became of those that there are. */
class LedgerCounts {
  @ApiProperty({ description: 'Numbers given, times channels (addresses, of e-mail channels)', example: 40 })
  matched: number;

  @ApiProperty({ example: 37 })
  sent: number;

  @ApiProperty({ example: 1 })
  fail: number;

  @ApiProperty({ example: 2 })
  pending: number;

  @ApiProperty({ example: 0 })
  expired: number;

  @ApiProperty({ example: 0 })
  cancelled: number;

  @ApiProperty({ description: 'They add up: nothing is lost, and nothing is there twice', example: true })
  balanced: boolean;
}

/** Of one subscription. */
export class LedgerRow extends LedgerCounts {
  @ApiProperty({ format: 'uuid' })
  readonly subscriptionId: string;

  constructor(counts: NotificationCounts, head: number) {
    super();
    const { subscriptionId, targets, sent, fail, pending, expired, cancelled } = counts;
    this.subscriptionId = subscriptionId;
    this.matched = head * targets;
    Object.assign(this, { sent, fail, pending, expired, cancelled });
    this.balanced = this.matched === sent + fail + pending + expired + cancelled;
  }
}

/** Of all of them. */
export class LedgerAnswer {
  @ApiProperty({ type: LedgerCounts })
  readonly total: LedgerCounts;

  @ApiProperty({ type: [LedgerRow] })
  readonly subscriptions: readonly LedgerRow[];

  constructor(rows: readonly LedgerRow[]) {
    const sum = (member: 'matched' | 'sent' | 'fail' | 'pending' | 'expired' | 'cancelled'): number =>
      rows.reduce((total, row) => total + row[member], 0);
    this.total = {
      matched: sum('matched'),
      sent: sum('sent'),
      fail: sum('fail'),
      pending: sum('pending'),
      expired: sum('expired'),
      cancelled: sum('cancelled'),
      balanced: rows.every(({ balanced }) => balanced),
    };
    this.subscriptions = rows;
  }
}
