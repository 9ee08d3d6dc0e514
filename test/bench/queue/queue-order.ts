/** What is put into a queue before a turn. */
export interface QueueOrder {
  readonly databaseUrl: string;
  readonly deliveries: number;
  /** Where they go to, in turn. */
  readonly origins: readonly string[];
}

/** How a program of `subjects/` gets to know what it needs beside `DATABASE_URL`. */
interface DelivererEnvironment {
  readonly CONCURRENCY: string;
  /** Separated by spaces; only for who has no queue. */
  readonly ORIGINS: string;
  readonly REDIS_SOCKET?: string;
}
