import {
  admits,
  type Breaker,
  CLOSED,
  isUnblemished,
  lettingOneThrough,
  recorded,
  withoutTidings,
} from './circuit-breaker';
import { MAIL_ENDPOINT, REPLAY_LANE, REPLAY_MAIL_SLOTS, REPLAY_SLOTS } from './endpoint-name';

interface Endpoint {
  busy: number;
  breaker: Breaker;
  /** When something was last taken or given back. */
  usedAt: number;
}

interface Slot {
  /**
   * Gives it back, unless it was.
   * @param succeeded what the circuit breaker is told; undefined: nothing can be said
   */
  release(succeeded: boolean | undefined, now: number): void;
}

interface EndpointsOptions {
  readonly endpointConcurrency: number;
  readonly mailConcurrency: number;
}

/** One that nothing was delivered to for so long is forgotten: longer than the longest hold of a breaker. */
const FORGET_MS = 3_600_000;

/** Slots and circuit breakers of the endpoints that this process delivers to. */
export class Endpoints {
  private readonly endpoints = new Map<string, Endpoint>();

  constructor(
    private readonly options: EndpointsOptions,
    private readonly random: () => number = Math.random,
  ) {}

  /** Of the endpoints that have fewer than the others. */
  freeSlots(now: number): Map<string, number> {
    const mail = [MAIL_ENDPOINT, REPLAY_LANE + MAIL_ENDPOINT];
    const free = new Map(mail.map((name) => [name, this.slotsOf(name)]));
    for (const [name, endpoint] of this.endpoints) {
      const slots = this.freeSlotsOf(name, endpoint, now);
      if (isForgettable(endpoint, now)) this.endpoints.delete(name);
      else if (slots < this.options.endpointConcurrency) free.set(name, slots);
    }
    return free;
  }

  /** Replays may take a quarter of all that may be under way: whatever happens to them, the rest is there for others. */
  freeReplayLanes(concurrency: number): number {
    let busy = 0;
    for (const [name, endpoint] of this.endpoints) if (name.startsWith(REPLAY_LANE)) busy += endpoint.busy;
    const share = Math.max(1, Math.floor(concurrency / 4));
    return Math.max(0, Math.ceil((share - busy) / REPLAY_SLOTS));
  }

  take(name: string, now: number): Slot {
    const endpoint = this.endpoints.get(name) ?? { busy: 0, breaker: CLOSED, usedAt: now };
    this.endpoints.set(name, endpoint);
    endpoint.busy += 1;
    endpoint.usedAt = now;
    const admitted = admits(endpoint.breaker, now);
    if (admitted === 'one') endpoint.breaker = lettingOneThrough(endpoint.breaker, now);
    // Claimed when it was still closed, or beside the one that is let through: says nothing.
    const generation = admitted === 'none' ? undefined : endpoint.breaker.generation;
    let taken = true;
    return {
      release: (succeeded, at) => {
        if (!taken) return;
        taken = false;
        endpoint.busy -= 1;
        endpoint.usedAt = at;
        if (generation === undefined) return;
        endpoint.breaker =
          succeeded === undefined
            ? withoutTidings(endpoint.breaker, generation, at)
            : recorded(endpoint.breaker, { generation, succeeded }, at, this.random);
      },
    };
  }

  private freeSlotsOf(name: string, { busy, breaker }: Endpoint, now: number): number {
    const admitted = admits(breaker, now);
    if (admitted === 'all') return Math.max(0, this.slotsOf(name) - busy);
    return admitted === 'one' ? 1 : 0;
  }

  private slotsOf(name: string): number {
    const { endpointConcurrency, mailConcurrency } = this.options;
    if (name === REPLAY_LANE + MAIL_ENDPOINT) return REPLAY_MAIL_SLOTS;
    if (name.startsWith(REPLAY_LANE)) return Math.min(REPLAY_SLOTS, endpointConcurrency);
    return name === MAIL_ENDPOINT ? Math.min(mailConcurrency, endpointConcurrency) : endpointConcurrency;
  }
}

function isForgettable({ busy, breaker, usedAt }: Endpoint, now: number): boolean {
  return busy === 0 && (isUnblemished(breaker, now) || now - usedAt > FORGET_MS);
}
