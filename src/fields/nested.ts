import type { ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional, ValidateNested } from 'class-validator';
import { objectRule } from './any-object';
import { field, type FieldOptions } from './field';
import type { Class } from './field-table';
import { type ListBounds, listRule, listSchema } from './list';

/** The description may be left out where the names of the member and of its class say it all. */
type NestedOptions = Partial<FieldOptions>;
type ListOptions = NestedOptions & ListBounds;

/** An object of a class with fields of its own. */
export function Nested(of: () => Class, options: NestedOptions = {}): PropertyDecorator {
  return field({
    rule: objectRule,
    schema: reference(of),
    options,
    nested: of,
    also: validatedInside(of, options),
  });
}

/** A list of objects of a class with fields of its own. */
export function ListOf(of: () => Class, { min, max, ...options }: ListOptions = {}): PropertyDecorator {
  const bounds: ListBounds = { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
  return field({
    rule: listRule(bounds),
    schema: { ...reference(of), isArray: true, ...listSchema(bounds) },
    options,
    nested: of,
    also: validatedInside(of, options),
  });
}

/** Nest knows a lazy type from a class by the name of the function, which has to be `type`. */
function reference(of: () => Class): ApiPropertyOptions {
  return { type: () => of() };
}

function validatedInside(of: () => Class, { optional = false }: NestedOptions): PropertyDecorator[] {
  // Without IsOptional, class-validator would look for an object inside null.
  return [Type(of), ValidateNested({ message: objectRule.detail }), ...(optional ? [IsOptional()] : [])];
}
