import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

export interface LogState {
  /** Position of the newest event. */
  readonly head: number;
  readonly consumers: readonly {
    readonly name: string;
    /** Events behind the head. */
    readonly lag: number;
    /** Failed attempts at the event that it is at. */
    readonly attempts: number;
    /** Events that it has set aside. */
    readonly parked: number;
  }[];
}

const STATE = `
  SELECT head.position::float8 AS head, cursor.consumer AS name, cursor.attempts,
         (head.position - cursor.position)::float8 AS lag,
         (SELECT count(*)::int FROM parked_event WHERE parked_event.consumer = cursor.consumer) AS parked
  FROM event_log_head head LEFT JOIN event_cursor cursor ON true
  ORDER BY cursor.consumer`;

/** How far each consumer is behind, for readiness and metrics. */
@Injectable()
export class ConsumerLags {
  constructor(private readonly dataSource: DataSource) {}

  async read(): Promise<LogState> {
    const rows =
      await this.dataSource.query<
        { head: number; name: string | null; lag: number; attempts: number; parked: number }[]
      >(STATE);
    return {
      head: rows[0]?.head ?? 0,
      consumers: rows.flatMap(({ name, lag, attempts, parked }) =>
        name === null ? [] : [{ name, lag, attempts, parked }],
      ),
    };
  }
}
