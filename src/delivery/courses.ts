import type { Logger } from 'pino';
import type { Claimed } from './claim';
import type { Claims } from './claims';
import type { Delivery } from './delivery';
import type { Outcomes } from './outcomes';
import { isUp, verdictOf } from './verdict';

/** How long a delivery that we could not even begin keeps its slot. */
const AFTER_FAULT_MS = 250;

/** The course of a delivery, from the claim to what came of it. */
export class Courses {
  constructor(
    private readonly claims: Claims,
    private readonly delivery: Delivery,
    private readonly outcomes: Outcomes,
    private readonly logger: Logger,
  ) {}

  /** Delivers it, gives its slot back, and writes down what came of it. Never rejects. */
  async run(claimed: Claimed): Promise<void> {
    const { endpoints, underWay, options } = this.claims;
    const begunAt = performance.now();
    const course = underWay.enter(begunAt);
    const slot = endpoints.take(claimed.endpoint, begunAt);
    const at = new Date();
    try {
      const { outcome, decision } = await this.delivery.attempt(claimed, at);
      slot.release(isUp(verdictOf(outcome)), performance.now());
      course.over();
      await this.outcomes.write({ claimed, at, outcome, decision }, begunAt + options.leaseMs);
    } catch (error) {
      // A queue of which nothing can be composed would otherwise be taken in circles, as fast as it goes.
      setTimeout(() => slot.release(undefined, performance.now()), AFTER_FAULT_MS).unref();
      // Its lease runs out, and then it is delivered again: at least once.
      this.logger.error({ notification: claimed.id, err: error }, 'a delivery came to no outcome');
    } finally {
      course.end();
    }
  }

  /** Ends those that are under way; they are tried again elsewhere. */
  breakOff(): void {
    this.delivery.breakOff();
  }
}
