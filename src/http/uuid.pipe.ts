import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { isUuid } from '../fields/uuid';
import { invalidInput } from '../problems/problems';

/** A UUID in the path; PostgreSQL would refuse anything else. */
@Injectable()
export class UuidPipe implements PipeTransform<string, string> {
  transform(value: string, { data: name = 'id' }: ArgumentMetadata): string {
    if (isUuid(value)) return value;
    throw invalidInput(`The ${name} in the path is not a UUID.`, {
      errors: [{ pointer: `{${name}}`, detail: 'must be a UUID', keyword: 'uuid' }],
    });
  }
}
