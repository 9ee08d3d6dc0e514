import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Calendar } from './calendar';

/** The calendar that somebody has put to a service area. */
@Entity('followup_calendar')
export class CalendarEntity {
  @PrimaryColumn('text', { name: 'service_area_id' })
  serviceAreaId: string;

  @Column('jsonb')
  calendar: Calendar;

  @Column('timestamptz', { name: 'changed_at', default: () => 'clock_timestamp()' })
  changedAt: Date;
}
