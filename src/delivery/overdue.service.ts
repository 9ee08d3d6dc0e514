import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How long what is due has been waiting. */
@Injectable()
export class Overdue {
  constructor(private readonly dataSource: DataSource) {}

  /** Of the oldest; 0 when nothing is due. Reads the queue once, which is small when all is well. */
  async seconds(now: Date): Promise<number> {
    const [row] = await this.dataSource.query<{ first: Date | null }[]>(
      `SELECT min(next_attempt_at) AS first FROM delivery_notification
       WHERE status = 'pending' AND next_attempt_at <= $1`,
      [now],
    );
    return row?.first ? (now.getTime() - row.first.getTime()) / 1000 : 0;
  }
}
