import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type ConsumerState, ConsumerStates } from '../health/consumer-states';

export interface LogState {
  /** Position of the newest event. */
  readonly head: number;
  readonly consumers: readonly ConsumerState[];
}

const STATE = `
  SELECT head.position::float8 AS head, cursor.consumer AS name, cursor.attempts,
         (head.position - cursor.position)::float8 AS lag,
         (SELECT count(*)::int FROM parked_event WHERE parked_event.consumer = cursor.consumer) AS parked
  FROM event_log_head head LEFT JOIN event_cursor cursor ON true
  ORDER BY cursor.consumer`;

/** How far each consumer is behind, for readiness and metrics. */
@Injectable()
export class ConsumerLags extends ConsumerStates {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

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
