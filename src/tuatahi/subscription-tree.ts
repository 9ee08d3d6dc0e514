import type { Condition } from './filter';

/** One entry of a subscription's filter, as it is filed. */
export interface Filing {
  readonly id: string;
  /** One event type, or a prefix with `.*`. */
  readonly eventTypes: string;
  /** In the order of their attributes. */
  readonly all: readonly Condition[];
  /** Not for events that fulfil all of these as well; empty: no exception. */
  readonly not: readonly Condition[];
}

/** The ids that end at one place, for the same event types, with the same exception. */
interface Ending {
  readonly not: readonly Condition[];
  readonly ids: Set<string>;
}

/**
 * A place in a party's tree: who is here fulfils the conditions on the way. Where one filing alone would go on, the
 * branch is that filing. Maps exist only while they hold something.
 */
export class Place {
  /** Where to go next, by attribute and then text: two steps, so that only attributes in use are looked for. */
  steps: Map<string, Map<string, Place | Filing>> | undefined;
  /** What ends here, by event types and then exception (its JSON). */
  endings: Map<string, Map<string, Ending>> | undefined;

  /** @param depth how many conditions lead here */
  constructor(readonly depth: number) {}

  get isEmpty(): boolean {
    return !this.steps && !this.endings;
  }
}

/** Goes as deep as others share its conditions. */
export function file(place: Place, filing: Filing): void {
  const condition = filing.all[place.depth];
  if (!condition) return end(place, filing);
  const [attribute, text] = condition;
  place.steps ??= new Map();
  const places = entryOf(place.steps, attribute, () => new Map<string, Place | Filing>());
  const there = entryOf(places, text, () => filing);
  if (there === filing) return;
  const next = there instanceof Place ? there : new Place(place.depth + 1);
  if (next !== there) {
    places.set(text, next);
    file(next, there as Filing);
  }
  file(next, filing);
}

/** Takes away what `file` has added (the same object), with every place and map that is empty then. */
export function unfile(place: Place, filing: Filing): void {
  const condition = filing.all[place.depth];
  if (!condition) return takeFromEndings(place, filing);
  const [attribute, text] = condition;
  const places = place.steps?.get(attribute);
  const next = places?.get(text);
  if (next instanceof Place) unfile(next, filing);
  if (next instanceof Place ? next.isEmpty : next === filing) places?.delete(text);
  if (places?.size === 0) place.steps?.delete(attribute);
  if (place.steps?.size === 0) place.steps = undefined;
}

function end(place: Place, { id, eventTypes, not }: Filing): void {
  place.endings ??= new Map();
  const endings = entryOf(place.endings, eventTypes, () => new Map<string, Ending>());
  entryOf(endings, JSON.stringify(not), () => ({ not, ids: new Set<string>() })).ids.add(id);
}

function takeFromEndings(place: Place, { id, eventTypes, not }: Filing): void {
  const endings = place.endings?.get(eventTypes);
  const exception = JSON.stringify(not);
  const ids = endings?.get(exception)?.ids;
  ids?.delete(id);
  if (ids?.size === 0) endings?.delete(exception);
  if (endings?.size === 0) place.endings?.delete(eventTypes);
  if (place.endings?.size === 0) place.endings = undefined;
}

function entryOf<T>(map: Map<string, T>, key: string, create: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
