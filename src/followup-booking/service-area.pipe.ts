import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { isStorable } from '../http/page';
import { invalidInput } from '../problems/problems';

const MAX = 100;

/** A service area in the path: the partner's name for it, or `*` for the default. */
@Injectable()
export class ServiceAreaPipe implements PipeTransform<string, string> {
  transform(value: string, { data: name = 'serviceAreaId' }: ArgumentMetadata): string {
    if (value.trim() !== '' && value.length <= MAX && isStorable(value)) return value;
    const detail = `has 1 to ${MAX} characters, not all blank, and none of them NUL`;
    throw invalidInput(`A service area ${detail}.`, {
      errors: [{ pointer: `{${name}}`, detail, keyword: 'serviceArea' }],
    });
  }
}
