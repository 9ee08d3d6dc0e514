import { scalar, type ScalarOptions } from './scalar';

export interface TextOptions extends ScalarOptions {
  /** Characters (code points) at least. Default 1. */
  min?: number;
  /** Characters (code points) at most. */
  max: number;
  /** What else it has to match; say it in words in `detail`. */
  pattern?: RegExp;
  /** Replaces the standard "must be a string of 1 to 100 characters". */
  detail?: string;
  /** OpenAPI format, for the document only. */
  format?: string;
}

/** A string with limits. */
export function Text({ min = 1, max, pattern, detail, format, ...options }: TextOptions): PropertyDecorator {
  const also = pattern && !detail ? ` that match ${pattern.source}` : '';
  return scalar(
    {
      keyword: 'text',
      detail: detail ?? `must be a string of ${min} to ${max} characters${also}`,
      holds: (value) => isTextOf(value, min, max) && (!pattern || pattern.test(value)),
    },
    {
      type: 'string',
      minLength: min,
      maxLength: max,
      ...(pattern && { pattern: pattern.source }),
      ...(format && { format }),
    },
    options,
  );
}

/** Counts as JSON Schema and PostgreSQL do, in code points, but only where code units leave a doubt. */
function isTextOf(value: unknown, min: number, max: number): value is string {
  if (typeof value !== 'string' || value.length < min || value.length > 2 * max) return false;
  if (value.length >= 2 * min && value.length <= max) return true;
  const characters = Array.from(value).length;
  return characters >= min && characters <= max;
}
