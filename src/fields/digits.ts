import { scalar, type ScalarOptions } from './scalar';

const DIGITS = /^\d{1,19}$/;
const MAX_BIGINT = '9223372036854775807';

/** What a bigint of PostgreSQL has to be, in words. */
export const BIGINT_DIGITS = `1 to 19 digits, at most ${MAX_BIGINT}`;

/**
 * A whole number of at least 0 as a string of digits, that PostgreSQL's `bigint` can hold. Leading zeros
 * pass, so the reader makes it canonical with `BigInt(digits).toString()`.
 */
export function Digits(options: ScalarOptions): PropertyDecorator {
  return scalar(
    {
      keyword: 'digits',
      detail: `must be a string of ${BIGINT_DIGITS}`,
      holds: isBigintDigits,
    },
    { type: 'string', pattern: DIGITS.source, minLength: 1, maxLength: 19 },
    options,
  );
}

export function isBigintDigits(value: unknown): boolean {
  // Equally long strings of digits compare as numbers do.
  return typeof value === 'string' && DIGITS.test(value) && (value.length < 19 || value <= MAX_BIGINT);
}
