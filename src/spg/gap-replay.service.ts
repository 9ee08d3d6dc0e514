import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource } from 'typeorm';
import type { Config } from '../config';
import { CONFIG, LOGGER } from '../config.module';
import { type ReplayWindow, TffNotifications } from './tff-notifications';

/** Longer than the calls may take, since it is the lease of the replica that makes them, too. */
const FIRST_WAIT_SECONDS = 180;
const LAST_WAIT_SECONDS = 3600;

/**
 * Takes the next confirmed gap that TFF is to be asked for. `replay_due_at` is moved first, so no other replica asks
 * at the same time, and a replica that dies meanwhile is followed by another. It is asked for again for as long as
 * something is missing: TFF may send a part only, or what it sends may fail once more. What comes from now on has
 * come after we have asked. Served by `spg_gap_unhealed`.
 */
const CLAIM = `
  UPDATE spg_gap SET replay_attempts = replay_attempts + 1,
    replay_requested_at = coalesce(replay_requested_at, $1::timestamptz),
    replay_due_at = $1::timestamptz + least($2 * power(2, least(replay_attempts, 20)), $3) * interval '1 second'
  WHERE from_id = (
    SELECT from_id FROM spg_gap
    WHERE state = 'confirmed' AND replay_due_at <= $1
    ORDER BY from_id LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING from_id, to_id, replay_attempts`;

const NEIGHBOURS = `
  SELECT
    (SELECT event_timestamp FROM spg_notification WHERE event_id < $1 ORDER BY event_id DESC LIMIT 1) AS before,
    (SELECT event_timestamp FROM spg_notification WHERE event_id > $2 ORDER BY event_id LIMIT 1) AS after`;

interface ClaimedGap {
  from_id: string;
  to_id: string;
  replay_attempts: number;
}

/** Asks TFF to send again what is lost: one replica at a time for each confirmed gap, until it is healed. */
@Injectable()
export class GapReplay {
  private readonly tff: TffNotifications | undefined;
  private running = false;

  constructor(
    @Inject(CONFIG) { spg }: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly dataSource: DataSource,
  ) {
    this.tff = spg.replay && new TffNotifications(spg.replay);
  }

  /**
   * Does nothing while it is at it already: a TFF that hangs is not asked by more and more at once.
   * @returns how many gaps were asked for
   */
  async requestDue(now: Date): Promise<number> {
    if (!this.tff || this.running) return 0;
    this.running = true;
    try {
      return await this.requestAll(this.tff, now);
    } finally {
      this.running = false;
    }
  }

  private async requestAll(tff: TffNotifications, now: Date): Promise<number> {
    const started = performance.now();
    // Each claim is a lease from now on: those before it may have taken long.
    const claim = () => this.claim(new Date(now.getTime() + performance.now() - started));
    let requested = 0;
    for (let gap = await claim(); gap; gap = await claim()) {
      if (await this.request(tff, gap)) requested += 1;
    }
    return requested;
  }

  private async claim(now: Date): Promise<ClaimedGap | undefined> {
    const [claimed] = await this.dataSource.query<[ClaimedGap[], number]>(CLAIM, [
      now,
      FIRST_WAIT_SECONDS,
      LAST_WAIT_SECONDS,
    ]);
    return claimed[0];
  }

  private async request(tff: TffNotifications, gap: ClaimedGap): Promise<boolean> {
    const { from_id: from, to_id: to, replay_attempts: attempt } = gap;
    try {
      const { sent, errored } = await tff.requestReplay(await this.windowOf(from, to));
      this.logger.info({ from, to, attempt, sent, errored }, 'asked TFF to replay what is lost');
      return true;
    } catch (error) {
      this.logger.warn({ from, to, attempt, err: error }, 'could not ask for a replay; trying again later');
      return false;
    }
  }

  private async windowOf(from: string, to: string): Promise<ReplayWindow> {
    const [found] = await this.dataSource.query<{ before: Date | null; after: Date | null }[]>(NEIGHBOURS, [
      from,
      to,
    ]);
    const { before, after } = found ?? {};
    const lost = Number(BigInt(to) - BigInt(from)) + 1;
    return {
      ...(before && { createdFrom: before.toISOString() }),
      // Neighbours whose times run against their ids say nothing of the end.
      ...(after && !(before && after < before) && { createdTo: new Date(after.getTime() + 1).toISOString() }),
      limit: lost + 2, // the neighbours are in the window, too
    };
  }
}
