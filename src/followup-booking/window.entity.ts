import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How full one window of a service area is; it has a row from its first booking on. */
@Entity('followup_window')
@Check('followup_window_capacity', 'booked BETWEEN 0 AND capacity')
export class WindowEntity {
  @PrimaryColumn('text', { name: 'service_area_id' })
  serviceAreaId: string;

  @PrimaryColumn('timestamptz', { name: 'starts_at' })
  start: Date;

  @PrimaryColumn('timestamptz', { name: 'ends_at' })
  end: Date;

  /** Confirmed bookings. */
  @Column('integer')
  booked: number;

  /** What the calendar said when a place in it was last taken. */
  @Column('integer')
  capacity: number;
}
