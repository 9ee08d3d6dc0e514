import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { slotIdOf } from '../slot';
import type { Window } from '../windows.policy';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

class SlotPeriod {
  @ApiProperty({ format: 'date-time', description: 'Beginning, UTC', example: '2026-11-23T19:00:00.000Z' })
  Start: string;

  @ApiProperty({ format: 'date-time', description: 'End, UTC', example: '2026-11-23T23:00:00.000Z' })
  End: string;
}

/** A slot that can be booked (TimeConstraints object): send it back as it is to book it. */
export class OpenSlot {
  @ApiProperty({
    description: 'The same whenever the slot is offered',
    example: '20261123T190000Z-20261123T230000Z@HAM-EAST',
  })
  readonly ID: string;

  @ApiProperty({ description: 'In words, local time', example: 'Tue 24 Nov 2026, 08:00 to 12:00' })
  readonly Desc: string;

  @ApiProperty({ description: 'System category of a slot', example: '1001' })
  readonly Type: string;

  @ApiProperty({ type: SlotPeriod })
  readonly Period: SlotPeriod;

  constructor(serviceAreaId: string, { start, end, local }: Window, type: string) {
    this.ID = slotIdOf({ serviceAreaId, start, end });
    this.Desc = `${inWords(local.date)}, ${local.from} to ${local.to}`;
    this.Type = type;
    this.Period = { Start: start.toISOString(), End: end.toISOString() };
  }
}

/** Answer of the Appointment Search interface. */
export class OpenSlots {
  @ApiPropertyOptional({
    description: 'Only when there is no slot',
    example: 'No appointment is free within 14 days at a time that suits the customer.',
  })
  readonly StatusMsg?: string;

  @ApiProperty({ type: [OpenSlot], description: 'The earliest first; empty when none is free' })
  readonly TimeConstraints: readonly OpenSlot[];

  constructor(slots: readonly OpenSlot[], horizonDays: number) {
    if (slots.length === 0) {
      this.StatusMsg = `No appointment is free within ${inDays(horizonDays)} at a time that suits the customer.`;
    }
    this.TimeConstraints = slots;
  }
}

function inDays(days: number): string {
  return days === 1 ? 'a day' : `${days} days`;
}

/** By hand: a formatter of the international API costs more than the rest of the slot. */
function inWords(date: string): string {
  const day = new Date(date);
  return [WEEKDAYS[day.getUTCDay()], day.getUTCDate(), MONTHS[day.getUTCMonth()], day.getUTCFullYear()].join(
    ' ',
  );
}
