import type { Answer } from '../support/spg-client';
import { summarise } from './summarise';

/**
 * What may come in the place of a 200, the worst last. Without a connection there was nobody who could have taken
 * the request; without an answer nobody knows what became of it.
 */
const TROUBLES = ['503', 'no connection', 'no answer'] as const;

export type Trouble = (typeof TROUBLES)[number];

/** A request that did not get its 200. */
export interface Failure {
  readonly trouble: Trouble;
  /** For a person. */
  readonly what: string;
}

/** Other answers than 503 are no trouble that any fault excuses: the ledger knows them. */
export function failureOf({ status, error, startedAt }: Answer): Failure {
  const tookMs = Math.round(performance.now() - startedAt);
  return { trouble: troubleOf(status, error), what: `${status ?? error} after ${tookMs} ms` };
}

/** Those that are worse than what is excused, in a line; no line when there is none. */
export function beyond(excused: Trouble | undefined, failures: readonly Failure[]): string[] {
  const worst = excused === undefined ? -1 : TROUBLES.indexOf(excused);
  const worse = failures.filter(({ trouble }) => TROUBLES.indexOf(trouble) > worst);
  const allowed = excused === undefined ? 'a 200' : `a 200, or at worst: ${excused}`;
  return summarise(
    `requests did not get ${allowed}`,
    worse.map(({ what }) => what),
  );
}

function troubleOf(status: number | undefined, error: string | undefined): Trouble {
  if (status !== undefined) return '503';
  return error?.includes('ECONNREFUSED') ? 'no connection' : 'no answer';
}
