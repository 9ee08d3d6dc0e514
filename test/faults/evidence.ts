import type { Client } from 'pg';
import type { Ledger } from './ledger';

/** What the audit compares: the sender's books, the public API, and the database itself. */
export interface Evidence {
  readonly ledger: Ledger;
  /** Of the gateway. */
  readonly url: string;
  /** With all scopes for reading. */
  readonly token: string;
  readonly databaseUrl: string;
  readonly database: Client;
}

/** A rule that holds whatever happened; answers with what breaks it, nothing when all is well. */
export type Invariant = (evidence: Evidence) => Promise<string[]>;
