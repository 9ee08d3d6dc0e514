import type { InvalidField } from '../fields/invalid-field';
import type { Problem } from '../problems/problem';
import { invalidInput } from '../problems/problems';

/** A body of which some members are not as they should be. */
export function invalidMembers(errors: readonly InvalidField[]): Problem {
  return invalidInput('The members to mend are in errors.', { errors });
}
