import type { DomainEvent } from '../events/domain-event';
import type { EventCatalogue } from '../events/event-catalogue';
import { type FilterEntry, naiveMatch } from './filter';

/** Whether an event, as it is delivered under a name, passes an entry of a filter: just as when it is matched. */
export function eventMatcher(
  catalogue: EventCatalogue,
  entry: FilterEntry,
): (eventType: string, event: DomainEvent) => boolean {
  return (eventType, event) => {
    const view = catalogue.get(eventType)?.view(event);
    return view !== undefined && naiveMatch({ target: 'my', attributes: [entry] }, view.message);
  };
}
