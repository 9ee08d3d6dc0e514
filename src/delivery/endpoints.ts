import { admits, type Breaker, CLOSED, lettingOneThrough, recorded } from './circuit-breaker';
import { MAIL_ENDPOINT, REPLAY_LANE, REPLAY_SLOTS } from './endpoint-name';
import type { SendOutcome } from './send-outcome';
import { isUp, verdictOf } from './verdict';

interface Endpoint {
  busy: number;
  breaker: Breaker;
}

interface Slot {
  /** Gives it back, and tells the breaker what came of it. */
  release(outcome: SendOutcome, now: number): void;
  /** Gives it back without a word, unless it was. */
  free(): void;
}

interface EndpointsOptions {
  readonly endpointConcurrency: number;
  readonly mailConcurrency: number;
}

/** Slots and circuit breakers of the endpoints that this process delivers to. */
export class Endpoints {
  private readonly endpoints = new Map<string, Endpoint>();

  constructor(
    private readonly options: EndpointsOptions,
    private readonly random: () => number = Math.random,
  ) {}

  /** Of the endpoints that have not all slots free. */
  freeSlots(now: number): Map<string, number> {
    const free = new Map([[MAIL_ENDPOINT, this.slotsOf(MAIL_ENDPOINT)]]);
    for (const [name, { busy, breaker }] of this.endpoints) {
      const admitted = admits(breaker, now);
      if (admitted === 'all') free.set(name, Math.max(0, this.slotsOf(name) - busy));
      else free.set(name, admitted === 'one' ? 1 : 0);
    }
    return free;
  }

  take(name: string, now: number): Slot {
    const endpoint = this.endpoints.get(name) ?? { busy: 0, breaker: CLOSED };
    this.endpoints.set(name, endpoint);
    endpoint.busy += 1;
    if (endpoint.breaker.state !== 'closed') endpoint.breaker = lettingOneThrough(endpoint.breaker, now);
    const { generation } = endpoint.breaker;
    let taken = true;
    const free = (): void => {
      if (!taken) return;
      taken = false;
      endpoint.busy -= 1;
      if (isForgettable(endpoint)) this.endpoints.delete(name);
    };
    return {
      free,
      release: (outcome, at) => {
        const succeeded = isUp(verdictOf(outcome));
        if (succeeded !== undefined) {
          endpoint.breaker = recorded(endpoint.breaker, { generation, succeeded }, at, this.random);
        }
        free();
      },
    };
  }

  /** How many are held by their circuit breakers. */
  held(now: number): number {
    return [...this.endpoints.values()].filter(({ breaker }) => admits(breaker, now) !== 'all').length;
  }

  private slotsOf(name: string): number {
    const { endpointConcurrency, mailConcurrency } = this.options;
    if (name.startsWith(REPLAY_LANE)) return Math.min(REPLAY_SLOTS, endpointConcurrency);
    return name === MAIL_ENDPOINT ? Math.min(mailConcurrency, endpointConcurrency) : endpointConcurrency;
  }
}

/** One that is well is not remembered. */
function isForgettable({ busy, breaker }: Endpoint): boolean {
  return busy === 0 && breaker.state === 'closed' && breaker.failuresInARow === 0 && breaker.openings === 0;
}
