import { Injectable, type PipeTransform } from '@nestjs/common';
import { isStorable } from '../http/page';
import { invalidInput } from '../problems/problems';

const MAX = 100;

/** A service area in the path: the partner's name for it, or `*` for the default. */
@Injectable()
export class ServiceAreaPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (value.trim() !== '' && value.length <= MAX && isStorable(value)) return value;
    throw invalidInput(`A service area has 1 to ${MAX} characters, not all blank, and none of them NUL.`);
  }
}
