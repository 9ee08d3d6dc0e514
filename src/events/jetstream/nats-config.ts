import type { NatsServers } from './nats-servers';

/** The JetStream stream that domain events are published to. */
export interface NatsConfig extends NatsServers {
  readonly stream: string;
  /** Of a stream that does not exist yet. */
  readonly replicas: number;
  /** How long it keeps a message. */
  readonly maxAgeMs: number;
  /** How long the server itself knows a message again by its id. */
  readonly duplicateWindowMs: number;
}

/** Token of the configuration of NATS, which is there when this folder's module is. */
export const NATS_CONFIG = Symbol('nats config');
