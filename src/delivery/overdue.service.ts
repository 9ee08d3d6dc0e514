import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

const STANDSTILL = `
  SELECT min(next_attempt_at) AS due, (SELECT at FROM delivery_last_attempt) AS attempted
  FROM delivery_notification WHERE status = 'pending' AND next_attempt_at <= $1`;

/** Whether what is due moves. */
@Injectable()
export class Overdue {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * For how long something has been due and nothing was attempted, in seconds; 0: nothing is due.
   * What a receiver lets wait (it is slow, or away) does not stand still: it is tried again and again.
   * Reads the queue once, which is small when all is well.
   */
  async standstillSeconds(now: Date): Promise<number> {
    const [row] = await this.dataSource.query<[{ due: Date | null; attempted: Date | null }]>(STANDSTILL, [
      now,
    ]);
    if (!row.due) return 0;
    const since = row.attempted && row.attempted > row.due ? row.attempted : row.due;
    return Math.max(0, (now.getTime() - since.getTime()) / 1000);
  }
}
