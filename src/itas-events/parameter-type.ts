import type { ItasFreezeDate } from '../events/itas.events';
import { readFreezeDate } from './freeze-date';

/** What the value of a documented parameter has to be. On the wire all of them are text. */
export interface ParameterType {
  readonly name: 'text' | 'freeze-date' | 'count' | 'choice';
  /** What the value must be, without its name. */
  readonly detail: string;
  /** The only values there are. */
  readonly values?: readonly string[];
  /** Undefined: the text is no such value. */
  read(text: string): string | number | ItasFreezeDate | undefined;
}

export const anyText: ParameterType = {
  name: 'text',
  detail: 'must be text',
  read: (text) => text,
};

export const freezeDate: ParameterType = {
  name: 'freeze-date',
  detail: 'must be an existing day as yyyymmdd, or yyyymm32 for the whole month',
  read: readFreezeDate,
};

export const count: ParameterType = {
  name: 'count',
  detail: 'must be a whole number of at least 0',
  read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
};

export function oneOf(...values: readonly string[]): ParameterType {
  return {
    name: 'choice',
    detail: `must be one of ${values.join(', ')}`,
    values,
    read: (text) => (values.includes(text) ? text : undefined),
  };
}
