import { field, type FieldOptions } from './field';
import { isJsonObject } from './json-object';
import type { Rule } from './rule';

export const objectRule: Rule = { keyword: 'object', detail: 'must be an object', holds: isJsonObject };

/** A JSON object of which the members are somebody else's business. */
export function AnyObject(options: FieldOptions): PropertyDecorator {
  return field({ rule: objectRule, schema: { type: 'object', additionalProperties: true }, options });
}
