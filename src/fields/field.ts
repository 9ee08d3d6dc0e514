import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Expose } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { type Class, declareField, type Field } from './field-table';
import { isAbsent } from './json-object';
import type { Rule } from './rule';

/** What every kind of field can be told. */
export interface FieldOptions {
  /** For the OpenAPI document: what it means, with the unit. */
  description: string;
  example?: unknown;
  /** May be absent; null means absent too. Default false. */
  optional?: boolean;
}

interface FieldParts {
  readonly rule: Rule;
  /** The OpenAPI type and limits of the field. */
  readonly schema: ApiPropertyOptions;
  readonly options: Partial<FieldOptions>;
  readonly nested?: Field['nested'];
  /** What only this kind of field needs besides. */
  readonly also?: readonly PropertyDecorator[];
}

const required: Rule = { keyword: 'required', detail: 'is required', holds: (value) => !isAbsent(value) };

/**
 * The one decorator of which all kinds of fields are made: class-validator's rule, class-transformer's
 * exposure, the OpenAPI property, and the entry in the field table, from one declaration.
 */
export function field({ rule, schema, options, nested, also = [] }: FieldParts): PropertyDecorator {
  const { optional = false, ...documentation } = options;
  const effective = optional ? orAbsent(rule) : rule;
  return applyDecorators(
    Expose(),
    ApiProperty({ ...schema, ...documentation, required: !optional } as ApiPropertyOptions),
    ...(optional ? [] : [validated(required)]),
    validated(effective),
    declared({
      rule: effective,
      required: !optional,
      schema: { ...schema, ...documentation },
      ...(nested && { nested }),
    }),
    ...also,
  );
}

/** A rule about a member besides that of its kind; it is asked when the member is absent, too. */
export function additionalRule(rule: Rule): PropertyDecorator {
  return applyDecorators(validated(rule), declared({ rule }));
}

function orAbsent(rule: Rule): Rule {
  return { ...rule, holds: (value, owner) => isAbsent(value) || rule.holds(value, owner) };
}

function validated({ keyword, detail, holds }: Rule): PropertyDecorator {
  return ValidateBy({
    name: keyword,
    validator: {
      validate: (value: unknown, context) => holds(value, context?.object ?? {}),
      defaultMessage: () => detail,
    },
  });
}

function declared(declaration: Omit<Field, 'name'>): PropertyDecorator {
  return (target, name) => declareField(target.constructor as Class, { name: String(name), ...declaration });
}
