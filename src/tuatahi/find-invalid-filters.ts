import { storableText } from '../events/storable';
import { objectRule } from '../fields/any-object';
import { firstFaults } from '../fields/first-faults';
import type { InvalidField } from '../fields/invalid-field';
import { isAbsent, isJsonObject, type JsonObject } from '../fields/json-object';
import { pointerStep } from '../fields/json-pointer';
import { listRule } from '../fields/list';
import { NOT } from './filter';

/** Enough to follow a thousand orders; each entry costs memory in every replica. */
export const MAX_ENTRIES = 1000;
/** Attributes in an entry, and in its `__not__`: more than any event has. */
export const MAX_ATTRIBUTES = 100;
/** Characters (UTF-16 code units) of an attribute's name or text. */
export const MAX_TEXT = 1000;

/**
 * What is wrong with the `filters` of a subscription; empty when nothing is, and then they are of type `Filters`.
 * Stricter than with a partner's messages: a member that we do not know, say a misspelt one, would otherwise turn
 * a filter into none.
 *
 * @param known the attributes of the event type; undefined when they can not be listed, and then any will do
 */
export function findInvalidFilters(filters: unknown, known: ReadonlySet<string> | undefined): InvalidField[] {
  if (isAbsent(filters)) return [];
  if (!isJsonObject(filters)) return [{ pointer: '/filters', ...object }];
  return firstFaults(inFilters(filters, known));
}

function* inFilters(
  { target, attributes, ...unknown }: JsonObject,
  known: ReadonlySet<string> | undefined,
): Generator<InvalidField> {
  if (target !== 'my') yield { pointer: '/filters/target', keyword: 'choice', detail: 'must be "my"' };
  for (const name of Object.keys(unknown)) {
    const detail = 'is not a member of filters, which has target and attributes';
    yield { pointer: `/filters${pointerStep(name)}`, keyword: 'unknown', detail };
  }
  const pointer = '/filters/attributes';
  if (isAbsent(attributes)) return;
  if (entries.holds(attributes, {})) yield* inEntries(attributes as unknown[], known, pointer);
  else yield { pointer, keyword: entries.keyword, detail: entries.detail };
}

function* inEntries(
  list: readonly unknown[],
  known: ReadonlySet<string> | undefined,
  parent: string,
): Generator<InvalidField> {
  for (const [index, entry] of list.entries()) {
    const pointer = `${parent}/${index}`;
    if (isJsonObject(entry)) {
      const { [NOT]: not = {}, ...all } = entry;
      yield* inTexts(all, known, pointer);
      yield* inTexts(not, known, `${pointer}/${NOT}`);
    } else yield { pointer, ...object };
  }
}

function* inTexts(
  texts: unknown,
  known: ReadonlySet<string> | undefined,
  parent: string,
): Generator<InvalidField> {
  if (!isJsonObject(texts) || Object.keys(texts).length > MAX_ATTRIBUTES) {
    const detail = `must be an object of up to ${MAX_ATTRIBUTES} attributes`;
    yield { pointer: parent, keyword: objectRule.keyword, detail };
    return;
  }
  for (const [attribute, text] of Object.entries(texts)) {
    const pointer = parent + pointerStep(attribute);
    if (!(known ? known.has(attribute) : attribute !== NOT && isText(attribute))) {
      const there = known ? [...known].join(', ') || 'none' : `any of up to ${MAX_TEXT} characters`;
      const detail = `is not an attribute of this event type; its attributes: ${there}`;
      yield { pointer, keyword: 'attribute', detail };
    } else if (!isText(text)) {
      yield { pointer, keyword: 'text', detail: `must be a string of up to ${MAX_TEXT} characters` };
    }
  }
}

/** No event that we have stored can equal text that can not be stored. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT && storableText(value) === value;
}

const entries = listRule({ max: MAX_ENTRIES });
const object = { keyword: objectRule.keyword, detail: objectRule.detail };
