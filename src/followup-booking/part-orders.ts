import type { EntityManager } from 'typeorm';
import type { RequiredPart } from './dto/required-part';

/** Parts that are ordered together. */
export interface PartOrder {
  readonly partOrderNum: string;
  /** Product numbers. */
  readonly parts: readonly string[];
  /** How many of each, in the same order; null where nobody has said. */
  readonly quantities: readonly (number | null)[];
}

/**
 * Port: who orders the parts that a visit needs. To order them elsewhere, provide another implementation in the
 * module. It works in the transaction of the booking, so it may not wait for anybody outside: it records what is to
 * be ordered, and whoever orders it listens to `followup.booking.confirmed`, which has the numbers and quantities.
 * Where it is to be sent, and how urgent it is, are in the `request` of `GET …/bookings/{orderNum}`.
 */
export abstract class PartOrders {
  /** Orders what is not ordered yet. */
  abstract order(
    tx: EntityManager,
    orderNum: string,
    parts: readonly RequiredPart[],
  ): Promise<readonly PartOrder[]>;

  /** What was ordered for a visit. */
  abstract of(tx: EntityManager, orderNum: string): Promise<readonly PartOrder[]>;

  /** The visits are long over and are not kept any more. */
  abstract forget(tx: EntityManager, orderNums: readonly string[]): Promise<void>;
}
