import { performance } from 'node:perf_hooks';
import { Client } from 'pg';
import type { ItasServer } from '../support/itas-server';

/** Between looks, milliseconds. */
const LOOK_MS = 25;

/** By name, where each consumer is, and whether it is where the log ends. */
const CURSORS = `
  SELECT consumer AS name, position, position = head AS arrived
  FROM event_cursor, (SELECT position AS head FROM event_log_head) log`;

interface Cursor {
  name: string;
  position: string;
  arrived: boolean;
}

/** Looks all the time whether consumers go on and somebody polls the mailbox, whichever replica it is. */
export class Motion {
  /** When each was last seen to move (`performance.now()`). */
  private readonly movedAt = new Map<string, number>();
  private readonly places = new Map<string, string>();
  private readonly stalls = new Map<string, number>();
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

  /** Forgets how long anything has stood still before. */
  begin(): void {
    this.stalls.clear();
  }

  /** Those that have stood still longest since `begin`, also if they still do: name and milliseconds. */
  get slowest(): readonly [name: string, milliseconds: number] {
    const now = performance.now();
    const all = [...this.movedAt].map(
      ([name, at]) => [name, Math.max(this.stalls.get(name) ?? 0, now - at)] as const,
    );
    return all.toSorted(([, a], [, b]) => b - a)[0] ?? ['nothing', 0];
  }

  async close(): Promise<void> {
    this.stopping = true;
    await this.looking;
    await this.database.end();
  }

  private async look(): Promise<void> {
    while (!this.stopping) {
      const { rows } = await this.database.query<Cursor>(CURSORS);
      for (const { name, position, arrived } of rows) this.see(name, position, arrived);
      this.see('mailbox', String(this.itas.requests.length), false);
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_MS);
      });
    }
  }

  private see(name: string, place: string, arrived: boolean): void {
    const now = performance.now();
    const movedAt = this.movedAt.get(name) ?? now;
    if (place === this.places.get(name) && !arrived) return;
    this.stalls.set(name, Math.max(this.stalls.get(name) ?? 0, now - movedAt));
    this.places.set(name, place);
    this.movedAt.set(name, now);
  }
}
