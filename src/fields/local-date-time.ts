import { beginsWithRealDate } from './real-date';
import { scalar, type ScalarOptions } from './scalar';

/** ISO 8601 with seconds, any number of decimals, and an offset only if the sender happens to give one. */
const LOCAL_DATE_TIME =
  /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,30})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)?$/;

/** A date and time of a clock on a wall: which zone it hangs in has to be known from elsewhere. */
export function LocalDateTime(options: ScalarOptions): PropertyDecorator {
  return scalar(
    {
      keyword: 'localDateTime',
      detail: 'must be an existing date and time, such as 2026-08-04T09:15:00.12',
      holds: (value) => typeof value === 'string' && LOCAL_DATE_TIME.test(value) && beginsWithRealDate(value),
    },
    { type: 'string', pattern: LOCAL_DATE_TIME.source },
    { example: '2026-08-04T09:15:00.12', ...options },
  );
}
