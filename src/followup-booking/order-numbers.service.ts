import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';

const ONE_AT_A_TIME = `SELECT pg_advisory_xact_lock(hashtextextended('followup.order-number', 0))`;

const RAISE = `
  SELECT setval('followup_order_number', $1, false) FROM followup_order_number WHERE last_value < $1`;

/**
 * Sees to it that no visit gets a number below the configured one, from the first on or after it was raised. Should
 * another replica draw the very number at that moment, the primary key refuses the second use and the next is drawn.
 */
@Injectable()
export class OrderNumbers implements OnModuleInit {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly dataSource: DataSource,
  ) {}

  async onModuleInit(): Promise<void> {
    const { start } = this.config.followup.orderNumber;
    if (start === 1) return;
    await this.dataSource.transaction(async (tx) => {
      await tx.query(ONE_AT_A_TIME);
      await tx.query(RAISE, [start]);
    });
  }
}
