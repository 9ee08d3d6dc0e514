import { beginsWithRealDate } from './real-date';
import { scalar, type ScalarOptions } from './scalar';

/**
 * "LFC API Standard Date Time": RFC 3339 with `Z`, microseconds optional, 20 to 27 characters.
 * Tightened: the published expression, taken literally, accepts `1-01-01` and refuses 1999.
 */
const TIMESTAMP =
  /^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$/;

/** The instant of an envelope, UTC, as SPG writes it. */
export function Timestamp(options: ScalarOptions): PropertyDecorator {
  return scalar(
    {
      keyword: 'timestamp',
      detail:
        'must be an existing UTC date and time with a "Z", such as 2026-08-03T21:15:00Z or 2026-08-03T21:15:00.123Z',
      holds: (value) => typeof value === 'string' && TIMESTAMP.test(value) && beginsWithRealDate(value),
    },
    { type: 'string', format: 'date-time', pattern: TIMESTAMP.source },
    { example: '2026-08-03T21:15:00.123Z', ...options },
  );
}
