import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { inSteps, STEP } from '../database/in-steps';

const DAY_MS = 86_400_000;

/** Gaps that still miss something stay, however old they are. Reads the table, once an hour. */
const DROP_HEALED = `
  DELETE FROM spg_gap WHERE from_id IN (
    SELECT from_id FROM spg_gap WHERE state = 'healed' AND healed_at < $1 LIMIT ${STEP})
  RETURNING 1`;

/** Takes away gaps that were healed long ago. */
@Injectable()
export class GapRetention {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async dropOld(now: Date): Promise<void> {
    const time = new Date(now.getTime() - this.config.retentionDays * DAY_MS);
    const gaps = await inSteps(this.dataSource, 'spg.retention', async (tx) => {
      const [rows] = await tx.query<[unknown[], number]>(DROP_HEALED, [time]);
      return rows.length;
    });
    if (gaps > 0) this.logger.info({ gaps }, 'healed gaps of SPG older than the retention were dropped');
  }
}
