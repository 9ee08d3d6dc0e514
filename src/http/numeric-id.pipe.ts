import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { BIGINT_DIGITS } from '../fields/digits';
import { invalidInput } from '../problems/problems';
import { isId } from './page';

/** A path parameter that is a bigint of PostgreSQL: digits, at most 9223372036854775807; leading zeros go. */
@Injectable()
export class NumericId implements PipeTransform<string, string> {
  transform(value: string, { data: name = 'id' }: ArgumentMetadata): string {
    if (isId(value)) return BigInt(value).toString();
    throw invalidInput(`The ${name} in the path is not a number of ${BIGINT_DIGITS}.`, {
      errors: [{ pointer: `{${name}}`, detail: `must be a number of ${BIGINT_DIGITS}`, keyword: 'digits' }],
    });
  }
}
