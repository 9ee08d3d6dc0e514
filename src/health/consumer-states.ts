/** How far a durable consumer is. */
export interface ConsumerState {
  readonly name: string;
  /** Events behind the head. */
  readonly lag: number;
  /** Failed attempts at the event that it is at. */
  readonly attempts: number;
  /** Events that it has set aside. */
  readonly parked: number;
}

/** Tells how far the durable consumers are. Who runs them provides it. */
export abstract class ConsumerStates {
  abstract read(): Promise<{ readonly consumers: readonly ConsumerState[] }>;
}
