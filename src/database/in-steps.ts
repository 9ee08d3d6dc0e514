import type { DataSource, EntityManager } from 'typeorm';
import { onceOverReplicas } from './once';

/** Rows of one transaction, so that nobody waits for long. */
export const STEP = 1000;

/**
 * Does a scheduled job a step at a time, each in a transaction of its own, until one has found less than it may take or
 * another replica is at it.
 * @param step deals with up to `STEP` rows, and says with how many
 * @returns with how many in all
 */
export async function inSteps(
  dataSource: DataSource,
  job: string,
  step: (tx: EntityManager) => Promise<number>,
): Promise<number> {
  let all = 0;
  for (;;) {
    const rows = (await onceOverReplicas(dataSource, job, step)) ?? 0;
    all += rows;
    if (rows < STEP) return all;
  }
}
