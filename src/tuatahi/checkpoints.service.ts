import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { onceOverReplicas } from '../database/once';
import { type Checkpoint, enqueueCheckpoints } from '../delivery/enqueue-checkpoints';

/** In one transaction; more follow at the next run. */
const AT_ONCE = 500;

/**
 * Subscriptions of which the receivers have heard nothing for long. The lock on the row keeps the fan-out from giving
 * out another number meanwhile.
 */
const SILENT = `
  WITH silent AS (
    SELECT id FROM tuatahi_subscription
    WHERE state = 'active' AND expires_at > $2 AND greatest(created_at, matched_at, checkpoint_at) <= $1
    ORDER BY id LIMIT ${AT_ONCE} FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE tuatahi_subscription s SET checkpoint_at = $2 FROM silent WHERE s.id = silent.id
  RETURNING s.id AS "subscriptionId", s.party_id AS "partyId", s.sequence AS head`;

/** Tells silent receivers where they should be, so that silence is known to be real. */
@Injectable()
export class Checkpoints {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @returns how many subscriptions were told, or undefined when another replica is at it */
  async send(now: Date): Promise<number | undefined> {
    const { checkpointAfterMs } = this.config.subscriptions;
    if (checkpointAfterMs === 0) return 0;
    const since = new Date(now.getTime() - checkpointAfterMs);
    return onceOverReplicas(this.dataSource, 'tuatahi.checkpoints', async (tx) => {
      const [silent] = await tx.query<[Checkpoint[], number]>(SILENT, [since, now]);
      await enqueueCheckpoints(tx, silent);
      return silent.length;
    });
  }
}
