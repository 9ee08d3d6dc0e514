import { field } from '../../fields/field';
import { Flag } from '../../fields/flag';
import { Nested } from '../../fields/nested';
import { Timestamp } from '../../fields/timestamp';
import { FreeText } from './free-text';

/** System categories are text; elsewhere the same partner writes them as numbers. */
function ConstraintType(): PropertyDecorator {
  return field({
    rule: {
      keyword: 'constraintType',
      detail: 'must be a system category, such as "1001"',
      holds: (value) =>
        typeof value === 'number' || (typeof value === 'string' && value !== '' && value.length <= 50),
    },
    schema: { type: 'string', minLength: 1, maxLength: 50 },
    options: {
      description: '1001: the slot; 1002: the customer has time; 1003: the customer has none',
      example: '1001',
    },
  });
}

class ConstraintPeriod {
  @Timestamp({ description: 'Beginning, UTC', example: '2026-11-23T19:00:00.000Z' })
  Start: string;

  @Timestamp({ description: 'End, UTC', example: '2026-11-23T23:00:00.000Z' })
  End: string;
}

/** A period of time that counts (TimeConstraints object). */
export class TimeConstraint {
  @FreeText({ max: 300, description: 'Of a slot: as the search gave it; may be left out' })
  ID?: string;

  @FreeText({ max: 500, description: 'In words', example: 'Tue 24 Nov 2026, 08:00 to 12:00' })
  Desc?: string;

  @ConstraintType()
  Type: string | number;

  @Nested(() => ConstraintPeriod, { description: 'From when to when' })
  Period: ConstraintPeriod;

  @Flag({ optional: true, description: 'It is taken away, so it does not count', example: false })
  Delete?: boolean;
}
