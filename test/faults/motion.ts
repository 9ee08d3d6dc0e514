import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { ItasServer } from '../support/itas-server';

/** Between looks, milliseconds. */
const LOOK_MS = 25;

/**
 * Where each consumer is, and who is at it: the transaction that holds its cursor is the row's `xmax`, so that a
 * replica is seen to take it before it has finished anything.
 */
const CURSORS = `SELECT consumer AS name, position || ' ' || xmax AS place FROM event_cursor`;

/** Looks all the time whether consumers go on and somebody polls the mailbox, whichever replica it is. */
export class Motion {
  private readonly places = new Map<string, string>();
  /** When each was last seen to move (`performance.now()`). */
  private readonly movedAt = new Map<string, number>();
  /** The longest time that each has stood still since `begin`. */
  private readonly stalls = new Map<string, number>();
  /** Those that were seen to go on after the end of the replica: what they do from then on is no matter. */
  private readonly elsewhere = new Set<string>();
  private endedAt = Infinity;
  private looking: Promise<void> | undefined;
  private stopping = false;

  private constructor(
    private readonly database: Client,
    private readonly itas: ItasServer,
  ) {}

  static async open(databaseUrl: string, itas: ItasServer): Promise<Motion> {
    const database = new Client({ connectionString: databaseUrl });
    database.on('error', () => undefined);
    await database.connect();
    const motion = new Motion(database, itas);
    motion.looking = motion.look();
    return motion;
  }

  /** A replica is about to be ended. */
  begin(): void {
    this.stalls.clear();
    this.elsewhere.clear();
    this.endedAt = Infinity;
  }

  /** It has ended: what moves now is at another one. */
  ended(): void {
    this.endedAt = performance.now();
  }

  /** The one that has stood still longest, from `begin` until it went on elsewhere: name and milliseconds. */
  get slowest(): readonly [name: string, milliseconds: number] {
    const now = performance.now();
    const all = [...this.movedAt].map(([name, at]) => {
      const stall = this.stalls.get(name) ?? 0;
      return [name, this.elsewhere.has(name) ? stall : Math.max(stall, now - at)] as const;
    });
    return all.toSorted(([, a], [, b]) => b - a)[0] ?? ['all of it', Infinity];
  }

  async close(): Promise<void> {
    this.stopping = true;
    await this.looking;
    await this.database.end();
  }

  private async look(): Promise<void> {
    while (!this.stopping) {
      const { rows } = await this.database.query<{ name: string; place: string }>(CURSORS);
      for (const { name, place } of rows) this.see(name, place);
      this.see('mailbox', String(this.itas.requests.length));
      await sleep(LOOK_MS);
    }
  }

  private see(name: string, place: string): void {
    if (place === this.places.get(name)) return;
    const now = performance.now();
    const stall = now - (this.movedAt.get(name) ?? now);
    if (!this.elsewhere.has(name)) this.stalls.set(name, Math.max(this.stalls.get(name) ?? 0, stall));
    if (now > this.endedAt) this.elsewhere.add(name);
    this.places.set(name, place);
    this.movedAt.set(name, now);
  }
}
