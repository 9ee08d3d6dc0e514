import { attributeTexts, type Condition, conditionsOf, type EventAttributes, type Filters } from './filter';

/** Why an entry of a filter does not match, or the `__not__` by which it does not. */
export interface EntryExplanation {
  readonly matched: boolean;
  /** The first attribute that decides against it. Absent: it matches. */
  readonly decidedBy?: {
    readonly attribute: string;
    /** The text that the filter names. */
    readonly filter: string;
    /** What the event has; null: it has no such attribute. */
    readonly event: string | null;
    /** The filter names it under `__not__`. */
    readonly negated: boolean;
  };
}

/** Each entry of a filter with what decides, by the plain reading of the rules (`naiveMatch`). */
export function explainEntries(filters: Filters | null, attributes: EventAttributes): EntryExplanation[] {
  const texts = attributeTexts(attributes);
  const decides = ([attribute, filter]: Condition, negated: boolean): EntryExplanation => ({
    matched: false,
    decidedBy: { attribute, filter, event: texts.get(attribute) ?? null, negated },
  });
  return (filters?.attributes ?? []).map((entry) => {
    const { all, not } = conditionsOf(entry);
    const missing = all.find(([attribute, text]) => texts.get(attribute) !== text);
    if (missing) return decides(missing, false);
    const [excluded] = not;
    if (excluded && not.every(([attribute, text]) => texts.get(attribute) === text)) {
      return decides(excluded, true);
    }
    return { matched: true };
  });
}
