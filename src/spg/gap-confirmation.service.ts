import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { onceOverReplicas } from '../database/once';
import { EventLog } from '../events/event-log';
import { gapEvent } from './gap-event';
import { GapEntity } from './gap.entity';

/** Confirms gaps that were opened, when the grace time is over. */
@Injectable()
export class GapConfirmation {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly dataSource: DataSource,
    private readonly log: EventLog,
  ) {}

  /**
   * Takes for lost what has not come within the grace time.
   * @returns how many gaps were confirmed
   */
  async confirmOverdue(now: Date): Promise<number> {
    const overdue = new Date(now.getTime() - this.config.spg.gapGraceMs);
    const confirmed = await onceOverReplicas(this.dataSource, 'spg.gaps.confirm', async (tx) => {
      // What is stored already was only not looked at yet: the consumer is behind, nothing is lost.
      const gaps = await tx
        .createQueryBuilder(GapEntity, 'gap')
        .setLock('pessimistic_write')
        .where(`gap.state = 'opened' AND gap.openedAt <= :overdue`, { overdue })
        .andWhere(
          'NOT EXISTS (SELECT FROM spg_notification n WHERE n.event_id BETWEEN gap.from_id AND gap.to_id)',
        )
        .orderBy('gap.from')
        .getMany();
      for (const gap of gaps) {
        gap.state = 'confirmed';
        gap.confirmedAt = now;
        gap.replayDueAt = now;
      }
      await tx.save(gaps);
      const { ownerPartyId } = this.config;
      await this.log.append(
        tx,
        gaps.map((gap) => gapEvent('spg.gap.confirmed', gap, ownerPartyId)),
      );
      return gaps;
    });
    for (const { from, to } of confirmed ?? []) {
      this.logger.error(
        { from, to },
        'notifications of the Service Partner Gateway are lost; see GET /spg/gaps',
      );
    }
    return confirmed?.length ?? 0;
  }
}
