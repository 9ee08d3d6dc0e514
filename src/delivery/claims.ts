import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { claim } from './claim';
import { Endpoints } from './endpoints';
import { UnderWay } from './under-way';

export interface DispatcherOptions {
  /** Deliveries under way in this process, at most; slow ones count less (`under-way.ts`). */
  readonly concurrency: number;
  /** Of them to one endpoint. */
  readonly endpointConcurrency: number;
  /** Of them by mail. */
  readonly mailConcurrency: number;
  /** How long a claim holds; longer than a delivery may take. */
  readonly leaseMs: number;
  /** How long deliveries under way may take when it is stopped; then they are broken off and given back. */
  readonly drainMs: number;
}

/**
 * Takes of what is due as much as there is room for here. Slots and circuit breakers go by a clock that nobody can set:
 * one that is set back by hours would hold an endpoint for as long.
 */
export class Claims {
  readonly endpoints: Endpoints;
  readonly underWay: UnderWay;

  constructor(
    private readonly dataSource: DataSource,
    readonly options: DispatcherOptions,
  ) {
    this.endpoints = new Endpoints(options);
    this.underWay = new UnderWay(options.concurrency);
  }

  /** @param after of the endpoints that follow this one; with an empty one, from the first on */
  take(after: string): ReturnType<typeof claim> {
    const { concurrency, endpointConcurrency, leaseMs } = this.options;
    return claim(this.dataSource, {
      limit: this.underWay.free(performance.now()),
      slotsPerEndpoint: endpointConcurrency,
      freeSlots: this.endpoints.freeSlots(performance.now()),
      replayLanes: this.endpoints.freeReplayLanes(concurrency),
      claimId: randomUUID(),
      leaseMs,
      after,
    });
  }
}
