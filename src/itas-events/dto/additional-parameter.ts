import { Identifier } from '../../fields/identifier';
import { Text } from '../../fields/text';

/** One of the parameters that a topic adds to its template. */
export class AdditionalParameter {
  @Identifier({ max: 100, description: 'Name of the parameter, in any case', example: 'freezedate' })
  Key: string;

  @Text({ min: 0, max: 100_000, optional: true, description: 'Its value as text', example: '20260804' })
  Value?: string | null;
}
