import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Whether what is due moves. */
@Injectable()
export class Overdue {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * For how long something has been due and nothing was attempted, in seconds; 0: nothing is due.
   * What a receiver lets wait (it is slow, or away) does not stand still: it is tried again and again.
   * Reads the queue once, which is small when all is well, and the attempts only when patience has come to its end.
   */
  async standstillSeconds(now: Date, patienceSeconds: number): Promise<number> {
    const since = await this.timeOf(
      `SELECT min(next_attempt_at) AS time FROM delivery_notification
       WHERE status = 'pending' AND next_attempt_at <= $1`,
      now,
    );
    if (!since) return 0;
    const waiting = secondsBetween(since, now);
    if (waiting <= patienceSeconds) return waiting;
    const last = await this.timeOf(
      'SELECT max(at) AS time FROM delivery_attempt WHERE at > $1',
      new Date(now.getTime() - patienceSeconds * 1000),
    );
    return last ? Math.max(0, secondsBetween(last, now)) : waiting;
  }

  private async timeOf(sql: string, time: Date): Promise<Date | null | undefined> {
    const [row] = await this.dataSource.query<{ time: Date | null }[]>(sql, [time]);
    return row?.time;
  }
}

function secondsBetween(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}
