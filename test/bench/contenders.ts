import { type Audit, auditBareExpress, auditKarere, auditNoWrite, auditSaveEach } from './audit';
import { caughtUp } from './consumer-progress';
import type { SubjectDescription } from './subject';

/** A subject that takes part in a race. */
export interface Contender extends SubjectDescription {
  readonly audit: Audit;
  /** Waits for what it still does after the last answer, so that it does not do it in another one's turn. */
  readonly settle?: (databaseUrl: string) => Promise<void>;
}

/** Karere as it ships, as a replica that only answers requests. */
export const KARERE: Contender = {
  name: 'karere',
  program: 'src/main.js',
  env: { ROLE: 'api' },
  audit: auditKarere,
};

/** The same, and all consumers and jobs in the same process. */
export const KARERE_ALL: Contender = {
  ...KARERE,
  name: 'karere, ROLE=all',
  env: { ROLE: 'all' },
  settle: caughtUp,
};

export const SAVE_EACH: Contender = {
  name: 'repository.save() each',
  program: 'test/bench/subjects/save-each.js',
  env: { ROLE: 'api' },
  audit: auditSaveEach,
};

export const BARE_EXPRESS: Contender = {
  name: 'bare Express + INSERT each',
  program: 'test/bench/subjects/bare-express.js',
  audit: auditBareExpress,
};

export const NO_WRITE: Contender = {
  name: 'karere without the write',
  program: 'test/bench/subjects/no-write.js',
  env: { ROLE: 'api' },
  audit: auditNoWrite,
};
