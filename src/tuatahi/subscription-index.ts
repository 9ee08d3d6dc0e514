import { canonicalEntries } from './canonical-filter';
import { attributeTexts, type EventAttributes, type FilterEntry } from './filter';
import { SubscriptionSearch } from './subscription-search';
import { file, type Filing, Place, unfile } from './subscription-tree';

/** What decides which events a subscription gets. */
export interface IndexedSubscription {
  readonly id: string;
  /** One event type, or all that begin with a prefix: `spg.*`, `spg.work-order.*`. */
  readonly eventTypes: string;
  readonly partyId: string;
  /** One of them has to match; everything matches when there is none. */
  readonly attributes: readonly FilterEntry[];
}

/** What of an event decides who gets it. */
export interface IndexedEvent {
  /**
   * The names that it is looked for under, of those that have the same attributes: its own type, such as
   * `spg.work-order.created`, or a public name for it, such as `SPWorkOrderNotification`.
   */
  readonly types: readonly string[];
  readonly partyIds: readonly string[];
  readonly attributes: EventAttributes;
}

/**
 * Live subscriptions, so filed that an event finds those it matches without looking at the others.
 *
 * Each party has a tree, and the steps in it are the conditions of a filter's entry in the order of their attributes.
 * At the end the entry is filed under its event types and its `__not__`. An event takes every step that it fulfils,
 * one lookup each, and so arrives at the entries of which it fulfils all conditions. (To file an entry under its
 * one most selective condition would leave candidates to check wherever no single condition is selective, and
 * the choice would depend on the order in which subscriptions came. To count fulfilled conditions per entry would
 * visit all that share a common one, such as `status` = `Success`.)
 *
 * What an event with `n` attributes costs for each of its parties:
 * - up to `n` lookups at each place that it reaches. A place is the beginning of somebody's sorted conditions: mostly
 *   1 to 4 are reached, at most 2ⁿ (256 for ONTActivation, if the party uses every combination of these values);
 * - one check of each different `__not__` filed there for its types. Those that except the event speak of its own
 *   values, so there are again at most 2ⁿ; all others are matches.
 *
 * Neither grows with the number of subscriptions. It is memory only, about 0.6 kB for a subscription with one entry;
 * what is in it is for its owner to say.
 */
export class SubscriptionIndex {
  private readonly parties = new Map<string, Place>();
  private readonly filed = new Map<
    string,
    { readonly partyId: string; readonly filings: readonly Filing[] }
  >();

  /** Files a subscription; one with the same id is replaced. */
  add({ id, eventTypes, partyId, attributes }: IndexedSubscription): void {
    this.remove(id);
    const entries = canonicalEntries(attributes);
    const filings = (entries.length > 0 ? entries : [EVERYTHING]).map(({ all, not }) => ({
      id,
      eventTypes,
      all,
      not,
    }));
    const root = this.parties.get(partyId) ?? new Place(0);
    for (const filing of filings) file(root, filing);
    this.parties.set(partyId, root);
    this.filed.set(id, { partyId, filings });
  }

  /** False when there was none. Nothing of it stays behind. */
  remove(id: string): boolean {
    const known = this.filed.get(id);
    const root = known && this.parties.get(known.partyId);
    if (!root) return false;
    for (const filing of known.filings) unfile(root, filing);
    if (root.isEmpty) this.parties.delete(known.partyId);
    return this.filed.delete(id);
  }

  /** The ids of the subscriptions that get an event, each once, sorted. */
  match({ types, partyIds, attributes }: IndexedEvent): string[] {
    const search = new SubscriptionSearch(types.flatMap(patternsOf), attributeTexts(attributes));
    for (const partyId of partyIds) {
      const root = this.parties.get(partyId);
      if (root) search.through(root);
    }
    return search.result();
  }
}

const EVERYTHING = { all: [], not: [] };

/** An event type, and the prefixes that include it: `spg.task.added`, `spg.task.*`, `spg.*`. */
function patternsOf(type: string): string[] {
  const patterns = [type];
  for (let dot = type.lastIndexOf('.'); dot > 0; dot = type.lastIndexOf('.', dot - 1)) {
    patterns.push(`${type.slice(0, dot)}.*`);
  }
  return patterns;
}
