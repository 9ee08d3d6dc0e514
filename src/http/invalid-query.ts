import type { ValidationError } from '@nestjs/common';
import type { Problem } from '../problems/problem';
import { invalidInput } from '../problems/problems';

/** What the validation pipe throws: query parameters are flat, so each error is about one of them. */
export function invalidQuery(errors: ValidationError[]): Problem {
  return invalidInput('A query parameter is not as it should be; see errors.', {
    errors: errors.flatMap(({ property, constraints }) =>
      Object.entries(constraints ?? {}).map(([keyword, detail]) => ({
        pointer: `?${property}`,
        ...(keyword === 'whitelistValidation'
          ? { detail: 'is not a parameter here', keyword: 'unknown' }
          : { detail, keyword }),
      })),
    ),
  });
}
