import type { InvalidField } from '../fields/invalid-field';
import type { Calendar } from './calendar';

/**
 * Windows that are there twice: the same times on the same day. Which of the capacities would count? They may
 * overlap, though: a morning and a whole day.
 */
export function findDoubleWindows({ windows, open }: Calendar): InvalidField[] {
  return [
    ...doubles('/windows', windows, ({ days, from, to }) => days.map((day) => `${day} ${from} ${to}`)),
    ...doubles('/open', open, ({ date, from, to }) => [`${date} ${from} ${to}`]),
  ];
}

function doubles<T>(
  pointer: string,
  items: readonly T[],
  keysOf: (item: T) => readonly string[],
): InvalidField[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const keys = keysOf(item);
    const isDouble = keys.some((key) => seen.has(key)) || new Set(keys).size < keys.length;
    for (const key of keys) seen.add(key);
    if (!isDouble) return [];
    const detail = 'must not have the times of another window on the same day';
    return [{ pointer: `${pointer}/${index}`, keyword: 'double', detail }];
  });
}
