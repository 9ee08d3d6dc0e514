/** Attributes, and the text that each of them has to have. */
type AttributeTexts = Readonly<Record<string, string>>;

/** The member of an entry that says what must not be. */
export const NOT = '__not__';

/** Attributes that all have to have the given text, and, as `__not__`, some that may not all have theirs. */
export interface FilterEntry {
  readonly [attribute: string]: string | AttributeTexts;
  readonly [NOT]?: AttributeTexts;
}

/** `filters` of a subscription, as sent and as stored. */
export interface Filters {
  /** `my`: events that concern the subscriber's party. */
  readonly target: 'my';
  /** One of them has to match; everything matches when there is none. */
  readonly attributes?: readonly FilterEntry[] | null;
}

/** What a filter can look at: the scalars of an event's flat `message` or `data`. Other members are no attributes. */
export type EventAttributes = Readonly<Record<string, unknown>>;

/** That an attribute has a text. */
export type Condition = readonly [attribute: string, text: string];

/** An entry taken apart: it matches when `all` are fulfilled and, unless it is empty, not all of `not` are. */
export interface EntryConditions {
  readonly all: readonly Condition[];
  /**
   * Empty restricts nothing, as an empty entry or list restricts nothing. By the letter an empty `__not__` would
   * match no event ever, which nobody can have meant.
   */
  readonly not: readonly Condition[];
}

export function conditionsOf(entry: FilterEntry): EntryConditions {
  const { [NOT]: not = {}, ...all } = entry;
  return { all: Object.entries(all as AttributeTexts), not: Object.entries(not) };
}

/**
 * The attributes with their texts: a filter compares strings, an event may have `false` or `7`. What is null is
 * missing. Own members only: `toString` is no attribute of every event.
 */
export function attributeTexts(attributes: EventAttributes): Map<string, string> {
  const texts = new Map<string, string>();
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (isScalar(value)) texts.set(name, String(value));
  }
  return texts;
}

/**
 * Whether an event's attributes pass, by the plain reading of the rules. The entries are OR-ed, what is in one is
 * AND-ed; an attribute that the event does not have equals nothing, so a `__not__` on it is fulfilled.
 */
export function naiveMatch(filters: Filters | null | undefined, attributes: EventAttributes): boolean {
  const entries = filters?.attributes ?? [];
  const texts = attributeTexts(attributes);
  const holds = ([attribute, text]: Condition): boolean => texts.get(attribute) === text;
  return (
    entries.length === 0 ||
    entries
      .map(conditionsOf)
      .some(({ all, not }) => all.every(holds) && !(not.length > 0 && not.every(holds)))
  );
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
