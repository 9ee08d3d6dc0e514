import { type Class, declareClosed } from './field-table';

/**
 * Only members that the class names may be there. For what a caller asks of us: a misspelt `filter` that is ignored
 * would mean something else than what was asked. What partners tell us stays open, since they add members without
 * asking.
 */
export function Closed(): (type: Class) => void {
  return declareClosed;
}
