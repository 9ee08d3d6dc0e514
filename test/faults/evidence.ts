import type { Client } from 'pg';
import type { Inbox } from './inbox';
import type { NatsServer } from '../support/nats-server';
import type { Ledger } from './ledger';

/** What the audit compares: the books of the sender and of the subscribers, the public API, and the database itself. */
export interface Evidence {
  readonly ledger: Ledger;
  /** What subscribers got. */
  readonly inbox: Inbox;
  /** Their ids, as in `subscriptions.ts`. */
  readonly subscriptions: readonly string[];
  /** What it has published to, if it does. */
  readonly nats: NatsServer | undefined;
  /** Of the gateway, or of the balancer before several. */
  readonly url: string;
  /** Of a process that tells of its health. */
  readonly healthUrl: string;
  /** With all scopes for reading. */
  readonly token: string;
  readonly databaseUrl: string;
  readonly database: Client;
}

/**
 * A rule that holds whatever happened; answers with what breaks it, nothing when all is well.
 * @throws when it can't be told, or does not come true in time, which is as bad
 */
export type Invariant = (evidence: Evidence) => Promise<string[]>;
