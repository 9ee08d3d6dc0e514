/** What is put into a queue before a turn. */
export interface QueueOrder {
  readonly databaseUrl: string;
  readonly deliveries: number;
  /** Where they go to, in turn. */
  readonly origins: readonly string[];
}
