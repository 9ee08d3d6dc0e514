import type { EventCatalogue } from '../events/event-catalogue';
import type { InvalidField } from '../fields/invalid-field';

/**
 * Those subscriptions that can have got events of a type, or of those under a prefix with `.*`. Undefined: there is no
 * such type, neither now nor as long as somebody has subscribed to it.
 */
export function subscribersTo<T extends { readonly eventType: string }>(
  eventType: string,
  subscriptions: readonly T[],
  catalogue: EventCatalogue,
): T[] | undefined {
  const isKnown =
    catalogue.matching(eventType).length > 0 || subscriptions.some((each) => each.eventType === eventType);
  if (!isKnown) return undefined;
  return subscriptions.filter(
    (each) => includes(each.eventType, eventType) || includes(eventType, each.eventType),
  );
}

/** What is wrong with a name that no type has. */
export function noEventType(pointer: string): InvalidField {
  const detail = 'is not an event type, nor a prefix of some with `.*`; see GET /tuatahi/event-types';
  return { pointer, keyword: 'eventType', detail };
}

/** Whether a name, or a prefix, includes another one. */
function includes(one: string, other: string): boolean {
  return one === other || (one.endsWith('.*') && other.startsWith(one.slice(0, -1)));
}
