import type { PipeTransform } from '@nestjs/common';
import { check } from '../fields/check';
import type { Class } from '../fields/field-table';
import { isJsonObject } from '../fields/json-object';
import { invalidInput } from '../problems/problems';

/**
 * `@JsonBody(validBody(CreateSubscription))`: the body as it came, once it is known to be of that class; none at all
 * is an empty object. In place of Nest's pipe, whose recursion a deeply nested body can bring to overflow.
 * @throws invalidInput with a pointer to each member that is not as it should be
 */
export function validBody<T extends object>(type: Class<T>): PipeTransform<unknown, T> {
  return {
    transform(body: unknown = {}): T {
      const errors = isJsonObject(body)
        ? check(type, body)
        : [{ pointer: '', detail: 'must be an object', keyword: 'object' }];
      if (errors.length > 0) throw invalidInput('The members to mend are in errors.', { errors });
      return body as T;
    },
  };
}
