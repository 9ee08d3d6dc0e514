import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { type ReplayWindow, TffNotifications } from './tff-notifications';

/** Longer than the calls may take, since it is the lease of the replica that makes them, too. */
const FIRST_RETRY_SECONDS = 60;
const LAST_RETRY_SECONDS = 3600;

/**
 * Takes the next confirmed gap that nobody has asked TFF for. `replay_due_at` is moved first, so no other
 * replica asks at the same time, and a replica that dies meanwhile is followed by another. Served by the
 * primary key; there are few confirmed gaps.
 */
const CLAIM = `
  UPDATE spg_gap SET replay_attempts = replay_attempts + 1,
    replay_due_at = $1::timestamptz + least($2 * power(2, least(replay_attempts, 20)), $3) * interval '1 second'
  WHERE from_id = (
    SELECT from_id FROM spg_gap
    WHERE state = 'confirmed' AND replay_requested_at IS NULL AND replay_due_at <= $1
    ORDER BY from_id LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING from_id, to_id, replay_attempts`;

/** A part of the gap may have come in between: what is left of it counts as asked for. */
const GRANTED = `
  UPDATE spg_gap SET replay_requested_at = $3
  WHERE from_id >= $1 AND to_id <= $2 AND state = 'confirmed'`;

const NEIGHBOURS = `
  SELECT
    (SELECT event_timestamp FROM spg_notification WHERE event_id < $1 ORDER BY event_id DESC LIMIT 1) AS before,
    (SELECT event_timestamp FROM spg_notification WHERE event_id > $2 ORDER BY event_id LIMIT 1) AS after`;

interface ClaimedGap {
  from_id: string;
  to_id: string;
  replay_attempts: number;
}

/** Asks TFF to send again what is lost: once for each confirmed gap, over all replicas. */
@Injectable()
export class GapReplay {
  private readonly tff: TffNotifications | undefined;

  constructor(
    @Inject(CONFIG) { spg }: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly dataSource: DataSource,
  ) {
    this.tff = spg.replay && new TffNotifications(spg.replay);
  }

  /** @returns how many gaps were asked for */
  async requestDue(now: Date): Promise<number> {
    if (!this.tff) return 0;
    let requested = 0;
    for (let gap = await this.claim(now); gap; gap = await this.claim(now)) {
      if (await this.request(this.tff, gap, now)) requested += 1;
    }
    return requested;
  }

  private async claim(now: Date): Promise<ClaimedGap | undefined> {
    const [claimed] = await this.dataSource.query<[ClaimedGap[], number]>(CLAIM, [
      now,
      FIRST_RETRY_SECONDS,
      LAST_RETRY_SECONDS,
    ]);
    return claimed[0];
  }

  private async request(tff: TffNotifications, gap: ClaimedGap, now: Date): Promise<boolean> {
    const { from_id: from, to_id: to, replay_attempts: attempt } = gap;
    try {
      await tff.requestReplay(await this.windowOf(from, to));
    } catch (error) {
      this.logger.warn({ from, to, attempt, err: error }, 'could not ask for a replay; trying again later');
      return false;
    }
    await this.dataSource.query(GRANTED, [from, to, now]);
    this.logger.info({ from, to, attempt }, 'asked TFF to replay what is lost');
    return true;
  }

  private async windowOf(from: string, to: string): Promise<ReplayWindow> {
    const [found] = await this.dataSource.query<{ before: Date | null; after: Date | null }[]>(NEIGHBOURS, [
      from,
      to,
    ]);
    const lost = Number(BigInt(to) - BigInt(from)) + 1;
    return {
      ...(found?.before && { createdFrom: found.before.toISOString() }),
      ...(found?.after && { createdTo: new Date(found.after.getTime() + 1).toISOString() }),
      limit: lost + 2, // the neighbours are in the window, too
    };
  }
}
