import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { inSteps, STEP } from '../database/in-steps';

const DAY_MS = 86_400_000;

/** By `itas_message_received`. */
const DROP_MESSAGES = `
  DELETE FROM itas_message WHERE message_id IN (SELECT message_id FROM itas_message WHERE received_at < $1 LIMIT ${STEP})
  RETURNING 1`;

/** Those that wait for a person stay, however old they are. By `itas_dead_letter_by_state`. */
const DROP_DEAD_LETTERS = `
  DELETE FROM itas_dead_letter WHERE id IN (
    SELECT id FROM itas_dead_letter WHERE state IN ('taken-in', 'discarded') AND closed_at < $1 LIMIT ${STEP})
  RETURNING 1`;

/** Takes away messages with their originals, and dead letters that were dealt with, when they are old. */
@Injectable()
export class ItasRetention {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async dropOld(now: Date): Promise<void> {
    const time = new Date(now.getTime() - this.config.retentionDays * DAY_MS);
    const messages = await this.drop(DROP_MESSAGES, time);
    const deadLetters = await this.drop(DROP_DEAD_LETTERS, time);
    if (messages + deadLetters > 0) {
      this.logger.info({ messages, deadLetters }, 'messages of ITAS older than the retention were dropped');
    }
  }

  /** @returns how many */
  private drop(statement: string, time: Date): Promise<number> {
    return inSteps(this.dataSource, 'itas.retention', async (tx) => {
      const [rows] = await tx.query<[unknown[], number]>(statement, [time]);
      return rows.length;
    });
  }
}
