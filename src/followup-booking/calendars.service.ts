import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Prepared, runPrepared } from '../database/prepared';
import { invalidInput } from '../problems/problems';
import { findDoubleWindows } from './calendar.policy';
import { CalendarEntity } from './calendar.entity';
import { type Calendar, DEFAULT_AREA, DEFAULT_CALENDAR } from './calendar';
import { type CalendarDto, toCalendar } from './dto/calendar';

/** The area's own, or the default one; by the primary key. Read each time, so that all replicas know of a change at once. */
const IN_FORCE: Prepared = {
  name: 'followup-calendar',
  text: `
    SELECT calendar FROM followup_calendar WHERE service_area_id IN ($1, $2)
    ORDER BY service_area_id = $2 LIMIT 1`,
};

/** When service areas have technicians. */
@Injectable()
export class Calendars {
  constructor(private readonly dataSource: DataSource) {}

  async inForce(serviceAreaId: string): Promise<Calendar> {
    const parameters = [serviceAreaId, DEFAULT_AREA];
    const [row] = await runPrepared<{ calendar: Calendar }>(this.dataSource, IN_FORCE, parameters);
    return row?.calendar ?? DEFAULT_CALENDAR;
  }

  /** What is booked stays booked, whatever the new calendar says. @throws invalidInput */
  async put(serviceAreaId: string, given: CalendarDto, now: Date): Promise<Calendar> {
    const calendar = toCalendar(given);
    const errors = findDoubleWindows(calendar);
    if (errors.length > 0) throw invalidInput('The members to mend are in errors.', { errors });
    await this.dataSource.manager.upsert(
      CalendarEntity,
      { serviceAreaId, calendar, changedAt: now },
      { conflictPaths: ['serviceAreaId'] },
    );
    return calendar;
  }
}
