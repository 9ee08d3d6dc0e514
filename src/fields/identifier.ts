import { Text, type TextOptions } from './text';

/** A partner's name for a thing: any text that is not blank, because their numbering is theirs. */
export function Identifier(options: Omit<TextOptions, 'min' | 'pattern' | 'detail'>): PropertyDecorator {
  const detail = `must be a string of 1 to ${options.max} characters, not all blank`;
  return Text({ ...options, pattern: /\S/, detail });
}
