import { scalar, type ScalarOptions } from './scalar';

/** One of a closed list of strings. */
export function Choice(values: readonly string[], options: ScalarOptions): PropertyDecorator {
  const allowed = new Set<unknown>(values);
  const detail = values.length === 1 ? `must be "${values[0]}"` : `must be one of ${values.join(', ')}`;
  return scalar(
    { keyword: 'choice', detail, holds: (value) => allowed.has(value) },
    { type: 'string', enum: [...values] },
    options,
  );
}

/** Always the same string. */
export function Constant(value: string, options: ScalarOptions): PropertyDecorator {
  return Choice([value], { example: value, ...options });
}
