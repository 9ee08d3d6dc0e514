import { exampleOf, LIFE_OF_A_WORK_ORDER } from '../../../src/spg/dto/examples';

/** eventIds begin here, so that all have the same number of digits. */
export const FIRST_EVENT_ID = 100_000_000_001;

/** Number of notifications that a work order gets: one of each type. */
export const LIFE = LIFE_OF_A_WORK_ORDER.length;

/** Stand in the templates where the numbers go. */
export const EVENT_ID_PLACE = '999999999999';
export const WONUM_PLACE = 'WO-000000000000';

/** One JSON text per step of a work order's life. The most common sizes: 0.4 to 2 KB. */
export const TEMPLATES: readonly string[] = LIFE_OF_A_WORK_ORDER.map((type) =>
  JSON.stringify(exampleOf(type, { eventId: EVENT_ID_PLACE, wonum: WONUM_PLACE })),
);

/** Coprime to 10, so no two numbers below 10^12 become the same. `fill.ts` does it in SQL. */
export const SCATTER = 48_271;

/** Spreads the work orders over the whole index, as old and new ones are: the worst case for it. */
function wonumOf(lifeNumber: number): string {
  return `WO-${String((lifeNumber * SCATTER) % 1e12).padStart(12, '0')}`;
}

/**
 * The bodies of one connection: ready bytes, in which only the numbers change, so that making them costs the
 * client nothing. One is valid until the next of the same step is asked for.
 */
export class NotificationBodies {
  private readonly steps = TEMPLATES.map((template) => {
    const bytes = Buffer.from(template);
    return {
      bytes,
      eventIds: placesOf(EVENT_ID_PLACE, bytes),
      wonums: placesOf(WONUM_PLACE, bytes),
    };
  });
  private step = 0;
  private wonum = '';

  /** The next notification of this connection's work order; after the last one the next work order begins. */
  next(eventId: number): Buffer {
    if (this.step === 0) this.wonum = wonumOf(eventId);
    const step = this.steps[this.step];
    if (!step) throw new Error('there is no such step');
    this.step = (this.step + 1) % LIFE;
    for (const place of step.eventIds) step.bytes.write(String(eventId), place, 'latin1');
    for (const place of step.wonums) step.bytes.write(this.wonum, place, 'latin1');
    return step.bytes;
  }
}

function placesOf(text: string, bytes: Buffer): number[] {
  const places: number[] = [];
  for (let place = bytes.indexOf(text); place >= 0; place = bytes.indexOf(text, place + 1))
    places.push(place);
  return places;
}
