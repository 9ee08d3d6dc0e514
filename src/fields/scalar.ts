import type { ApiPropertyOptions } from '@nestjs/swagger';
import { field, type FieldOptions } from './field';
import { type ListBounds, listRule, listSchema } from './list';
import type { Rule } from './rule';

/** Fields that are one value can also be a list of such values. */
export interface ScalarOptions extends FieldOptions {
  /** Makes it a list of these values. */
  list?: ListBounds;
}

/** OpenAPI of one value: JSON Schema without references. */
interface ScalarSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export function scalar(
  rule: Rule,
  schema: ScalarSchema,
  { list, ...options }: ScalarOptions,
  also: readonly PropertyDecorator[] = [],
): PropertyDecorator {
  if (!list) return field({ rule, schema, options, also });
  const listed: ApiPropertyOptions = { ...listSchema(list), type: 'array', items: schema };
  return field({ rule: listRule(list, rule), schema: listed, options, also });
}
