import { Text, type TextOptions } from './text';

/** Text of which every character can be shown, stored and searched for. */
export function Printable(options: Omit<TextOptions, 'min' | 'pattern' | 'detail'>): PropertyDecorator {
  const detail = `must be a string of 1 to ${options.max} characters without control characters`;
  return Text({ ...options, pattern: /^[^\p{Cc}\p{Cs}]*$/u, detail });
}
