import { isDateTime } from '../../fields/date-time';
import { type FieldOptions } from '../../fields/field';
import { scalar } from '../../fields/scalar';

/** An instant that may be absent, or empty when nobody knows it yet. */
export function DateOrBlank(options: Omit<FieldOptions, 'optional'>): PropertyDecorator {
  return scalar(
    {
      keyword: 'dateOrBlank',
      detail: 'must be empty, or a date and time with "Z" or an offset, such as 2026-11-23T19:00:00.000Z',
      holds: (value) => value === '' || isDateTime(value),
    },
    { type: 'string' },
    { example: '2026-11-23T19:00:00.000Z', ...options, optional: true },
  );
}
