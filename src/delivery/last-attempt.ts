import type { DataSource } from 'typeorm';

/** Who asks wants to know of many minutes. */
const AGAIN_MS = 60_000;

const NOTE = `
  INSERT INTO delivery_last_attempt (at) VALUES (clock_timestamp())
  ON CONFLICT (single) DO UPDATE SET at = excluded.at`;

/** Notes now and then that something was attempted, so that nobody has to look through the attempts for it. */
export class LastAttempt {
  private notedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly dataSource: DataSource) {}

  async note(): Promise<void> {
    const now = performance.now();
    if (now - this.notedAt < AGAIN_MS) return;
    this.notedAt = now;
    await this.dataSource.query(NOTE);
  }
}
