import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { againWhenMoved } from '../database/again-when-moved';
import { BatchWriter } from '../database/batch-writer';
import { isDatabaseAway } from '../database/is-database-away';
import { noteHealth } from './channel-health';
import { ChannelWatch } from './channel-watch.service';
import { DeliveryMetrics } from './delivery.metrics';
import { LastAttempt } from './last-attempt';
import { type Recorded, recordOutcomes } from './record-outcomes';

const AGAIN_MS = 250;

/** A statement for many costs little more than one for few; a crash in that time means that they are sent again. */
const GATHER_MS = 10;

/** Writes down what came of deliveries, many at a time, and sees to what follows for their channels. */
@Injectable()
export class Outcomes {
  private readonly writer: BatchWriter<Recorded, undefined>;
  private readonly lastAttempt: LastAttempt;

  constructor(
    dataSource: DataSource,
    private readonly watch: ChannelWatch,
    private readonly metrics: DeliveryMetrics,
  ) {
    this.lastAttempt = new LastAttempt(dataSource);
    this.writer = new BatchWriter({
      write: async (batch) => {
        await againWhenMoved(() => recordOutcomes(dataSource, batch));
        await noteHealth(dataSource, batch);
        await this.lastAttempt.note();
        return batch.map(() => undefined);
      },
      sizeOf: () => 1,
      // Nobody waits for it: what is over has made room already.
      gatherMs: GATHER_MS,
      maxBatchRows: 500,
      // Bounded by what is under way.
      maxQueuedRows: Number.POSITIVE_INFINITY,
      maxQueuedBytes: Number.POSITIVE_INFINITY,
    });
  }

  /**
   * Resolves when it is committed. With the database away it is tried again as long as the lease holds: what
   * was delivered and is not written down would be delivered twice.
   * @param leaseEnds as `performance.now()` tells it
   */
  async write(recorded: Recorded, leaseEnds: number): Promise<void> {
    this.metrics.attempted(recorded);
    for (;;) {
      try {
        await this.writer.submit(recorded);
        break;
      } catch (error) {
        if (!isDatabaseAway(error) || performance.now() + AGAIN_MS > leaseEnds) throw error;
        await sleep(AGAIN_MS);
      }
    }
    const { claimed, decision } = recorded;
    if (decision.kind === 'fail' && decision.disableChannel) await this.watch.disableGone(claimed.channel_id);
  }
}
