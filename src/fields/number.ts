import { Transform } from 'class-transformer';
import { scalar, type ScalarOptions } from './scalar';

interface NumberOptions extends ScalarOptions {
  min: number;
  max: number;
}

interface IntegerOptions extends NumberOptions {
  /** It comes as text, in a query: digits become a number before it is validated. Default false. */
  fromQuery?: boolean;
}

export function Integer({ min, max, fromQuery = false, ...options }: IntegerOptions): PropertyDecorator {
  return scalar(
    {
      keyword: 'integer',
      detail: `must be a whole number from ${min} to ${max}`,
      holds: (value) => Number.isSafeInteger(value) && isWithin(value, min, max),
    },
    { type: 'integer', minimum: min, maximum: max },
    options,
    fromQuery ? [Transform(({ obj, key }) => integerOf((obj as Record<string, unknown>)[key]))] : [],
  );
}

export function Decimal({ min, max, ...options }: NumberOptions): PropertyDecorator {
  return scalar(
    {
      keyword: 'decimal',
      detail: `must be a number from ${min} to ${max}`,
      holds: (value) => isWithin(value, min, max),
    },
    { type: 'number', minimum: min, maximum: max },
    options,
  );
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

/** Stricter than `Number()`, for which an empty text is 0 and `0x10` is 16; what is no integer stays and is refused. */
function integerOf(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
}
