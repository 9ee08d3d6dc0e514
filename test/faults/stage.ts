import type { Evidence, Invariant } from './evidence';
import type { NatsServer } from '../support/nats-server';
import type { Load } from './load';

export interface StageOptions {
  readonly connections: number;
  /** Notifications a second, at most. */
  readonly perSecond: number;
  /** New notifications in all, about: as many in each round. After them come few among those that are known. */
  readonly limit: number;
}

/** What faults are done to, under load: one gateway, or several behind a balancer. */
export interface Stage {
  readonly load: Load;
  readonly inbox: Evidence['inbox'];
  /** Ids, as in `subscriptions.ts`. */
  readonly subscriptions: readonly string[];
  /** What it publishes to, if it does. */
  readonly nats?: NatsServer | undefined;
  /** Where the load goes. */
  readonly url: string;
  /** Of a process that tells of its health. */
  readonly healthUrl: string;
  /** What holds here besides. */
  readonly invariants: readonly Invariant[];
  /** What was seen that must not be. */
  readonly problems: string[];
  /** From a fault until all goes on, milliseconds. */
  readonly recoveries: number[];
  /** Requests that found somebody who listened, and never got an answer. */
  readonly cutRequests: number;
  /** Deliveries that were on their way when a fault came. */
  readonly cutDeliveries: number;
  /** The last lines that its gateways have printed. */
  readonly output: string;
  databaseUrl(): Promise<string>;
  /** Begins nothing new, and waits until all that was begun has come to its end. */
  settle(): Promise<void>;
  /** Stops what faults were done to. @returns what was wrong with that */
  stop(): Promise<string[]>;
}
