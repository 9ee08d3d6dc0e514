import { field, type FieldOptions } from '../../fields/field';

interface CoordinateOptions extends Omit<FieldOptions, 'optional'> {
  /** Degrees from 0. */
  max: number;
}

/** Degrees, as a number or, as in the published samples, as text; absent or empty when nobody knows. */
export function Coordinate({ max, ...options }: CoordinateOptions): PropertyDecorator {
  return field({
    rule: {
      keyword: 'coordinate',
      detail: `must be empty, or degrees from -${max} to ${max}`,
      holds: (value) => value === '' || isWithin(value, max),
    },
    schema: { oneOf: [{ type: 'string' }, { type: 'number', minimum: -max, maximum: max }] },
    options: { ...options, optional: true },
  });
}

function isWithin(value: unknown, max: number): boolean {
  const isNumeral = typeof value === 'string' && /^[+-]?\d{1,3}(\.\d{1,20})?$/.test(value);
  return (typeof value === 'number' || isNumeral) && Math.abs(Number(value)) <= max;
}
