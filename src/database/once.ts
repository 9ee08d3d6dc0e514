import type { DataSource, EntityManager } from 'typeorm';

const LOCK = 'hashtextextended($1, 0)';

/**
 * Runs the work of a scheduled job in a transaction, on one replica at a time: who does not get the lock
 * leaves the turn to the one who has it. The lock ends with the transaction, also when the process dies.
 * @returns undefined when it was another replica's turn
 */
export function onceOverReplicas<T>(
  dataSource: DataSource,
  job: string,
  work: (tx: EntityManager) => Promise<T>,
): Promise<T | undefined> {
  return dataSource.transaction(async (tx) => ((await isOurTurn(tx, job)) ? work(tx) : undefined));
}

/** The same for a transaction that is already there: until it ends, the turn is ours. */
export async function isOurTurn(tx: EntityManager, job: string): Promise<boolean> {
  const [lock] = await tx.query<{ mine: boolean }[]>(`SELECT pg_try_advisory_xact_lock(${LOCK}) AS mine`, [
    job,
  ]);
  return lock?.mine === true;
}

/** Waits until no replica is at a job, and keeps it from being done until the transaction ends. */
export async function holdUp(tx: EntityManager, job: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(${LOCK})`, [job]);
}
