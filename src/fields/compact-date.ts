import { beginsWithRealDate } from './real-date';
import { scalar, type ScalarOptions } from './scalar';

const COMPACT_DATE = /^[12]\d{3}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

/** A day without a time, as `yyyymmdd` (ISO 8601 basic format). */
export function CompactDate(options: ScalarOptions): PropertyDecorator {
  return scalar(
    {
      keyword: 'compactDate',
      detail: 'must be an existing day as yyyymmdd, such as 20260804',
      holds: (value) => typeof value === 'string' && readCompactDate(value) !== undefined,
    },
    { type: 'string', pattern: COMPACT_DATE.source },
    { example: '20260804', ...options },
  );
}

/** `20260804` as `2026-08-04`; undefined when it is no day. */
export function readCompactDate(text: string): string | undefined {
  if (!COMPACT_DATE.test(text)) return undefined;
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  return beginsWithRealDate(date) ? date : undefined;
}
