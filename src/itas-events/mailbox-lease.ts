import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { inTime } from '../database/in-time';
import type { MailboxState } from './mailbox-state';

/** Which mailbox, over all replicas. */
export interface MailboxKey {
  readonly server: string;
  readonly name: string;
}

/**
 * Takes the mailbox, or keeps it, for some time from now by the clock of the database; and writes down how it
 * does, in the same round trip. One holder at a time: the row decides. By the primary key.
 */
const HOLD = `
  INSERT INTO itas_mailbox AS known (server, name, holder, held_until, polled_at, waiting, lag_ms, failing_since, error)
  VALUES ($1, $2, $3::uuid, clock_timestamp() + $4 * interval '1 millisecond', $5, $6, $7, $8, $9)
  ON CONFLICT (server, name) DO UPDATE SET
    holder = excluded.holder, held_until = excluded.held_until,
    polled_at = coalesce(excluded.polled_at, known.polled_at), waiting = excluded.waiting,
    lag_ms = coalesce(excluded.lag_ms, known.lag_ms), failing_since = excluded.failing_since, error = excluded.error
  WHERE known.holder IS NULL OR known.holder = excluded.holder OR known.held_until < clock_timestamp()
  RETURNING held_until`;

const GIVE_BACK = `
  UPDATE itas_mailbox SET holder = NULL, held_until = NULL WHERE server = $1 AND name = $2 AND holder = $3::uuid`;

/**
 * The right to poll the mailbox, for one poller over all replicas. It ends by itself when it is not renewed, so
 * that it makes no difference how its holder ends: killed, cut off from the database, or hung.
 *
 * It keeps the order of messages; it is not what keeps them from being stored twice. Two pollers at once would
 * only be in each other's way: what is confirmed was stored before, and a MessageId is stored once.
 */
export class MailboxLease {
  private readonly holder = randomUUID();

  constructor(
    private readonly dataSource: DataSource,
    readonly key: MailboxKey,
    readonly durationMs: number,
  ) {}

  /** Takes or renews it. @returns whether it is ours @throws also when the answer comes too late for that */
  async hold({ polledAt, waiting, lagMs, failingSince, error }: MailboxState): Promise<boolean> {
    const { server, name } = this.key;
    const held = this.dataSource.query<unknown[]>(HOLD, [
      server,
      name,
      this.holder,
      this.durationMs,
      polledAt ?? null,
      waiting ?? null,
      lagMs ?? null,
      failingSince ?? null,
      error ?? null,
    ]);
    return (await inTime(held, this.durationMs)).length > 0;
  }

  async giveBack(): Promise<void> {
    await this.dataSource.query(GIVE_BACK, [this.key.server, this.key.name, this.holder]);
  }
}
