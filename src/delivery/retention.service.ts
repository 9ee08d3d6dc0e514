import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { EventPartitions } from '../events/event-partitions.service';
import { HistoryPartitions } from './history-partitions.service';

const DAY_MS = 86_400_000;

/** Makes room for what comes, and takes away what is old: notifications first, then the events that none needs. */
@Injectable()
export class Retention {
  constructor(
    private readonly notifications: HistoryPartitions,
    private readonly events: EventPartitions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async makeRoom(): Promise<void> {
    await this.notifications.makeDays();
    await this.events.makeRoom();
  }

  async dropOld(now: Date): Promise<void> {
    const time = new Date(now.getTime() - this.config.retentionDays * DAY_MS);
    await this.notifications.dropBefore(time);
    await this.events.dropBefore(time, (tx) => this.notifications.firstNeeded(tx));
  }
}
