import { Injectable } from '@nestjs/common';
import type { JsonSchema } from '../fields/json-schema';
import type { CloudEvent } from './cloud-event';
import type { DomainEvent, EventType } from './domain-event';

/** An event as a subscriber sees it. */
export interface EventView {
  /** RFC 3339. */
  readonly eventTimestamp: string;
  /** Flat: what filters look at. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly payload: unknown;
}

/** Attributes of the message by which a person recognises an event at a glance: the subject of a mail. */
export interface Headline {
  /** What it is about: the number of an order, for one. */
  readonly about?: string;
  /** What has happened, in words: the first of these that there is; without any, the description says it. */
  readonly happened?: readonly string[];
}

/** A type of domain event as those get it who read the log themselves. */
export interface DescribedEvent {
  readonly type: EventType;
  /** The module that states it. */
  readonly source: string;
  /** What its subject names. */
  readonly subject: string;
  readonly data: JsonSchema;
  readonly example: CloudEvent;
}

/** What of an event decides how a subscriber sees it: as much as a delivery is told of it. */
export type ViewedEvent = Pick<DomainEvent, 'time' | 'data'>;

/** A type of event that can be subscribed to. */
export interface CatalogueEntry {
  /** The name that a subscription gives: of an interface document, or of a domain event. */
  readonly name: string;
  /** One sentence. It also stands in the mails about such an event. */
  readonly description: string;
  readonly headline?: Headline;
  /** The domain events that are delivered under this name. None: it can't be subscribed to. */
  readonly domainTypes: readonly EventType[];
  /** The attributes that a filter may name. */
  readonly attributes: readonly string[];
  /** Of what is delivered: `eventId`, `eventTimestamp`, `eventType`, `message`, `payload`. */
  readonly schema: JsonSchema;
  readonly example: EventView;
  /** Absent where the name is that of an interface document: each of its domain types has an entry of its own. */
  readonly domainEvent?: DescribedEvent;
  readonly view: (event: ViewedEvent) => EventView;
}

/** All event types. Features register their own. */
@Injectable()
export class EventCatalogue {
  private readonly entries = new Map<string, CatalogueEntry>();
  private readonly byDomainType = new Map<EventType, CatalogueEntry[]>();

  register(...entries: readonly CatalogueEntry[]): void {
    for (const entry of entries) {
      if (this.entries.has(entry.name)) throw new Error(`event type ${entry.name} is registered twice`);
      this.entries.set(entry.name, entry);
      for (const type of entry.domainTypes) {
        this.byDomainType.set(type, [...(this.byDomainType.get(type) ?? []), entry]);
      }
    }
  }

  /** Those that can be subscribed to, and those that come of themselves. */
  all(): CatalogueEntry[] {
    return [...this.entries.values()];
  }

  /** Those that can be subscribed to. */
  subscribable(): CatalogueEntry[] {
    return this.all().filter(({ domainTypes }) => domainTypes.length > 0);
  }

  /** All types of domain events that are described, with what they mean. */
  domainEvents(): (DescribedEvent & { readonly description: string })[] {
    return this.all().flatMap(({ domainEvent, description }) =>
      domainEvent ? [{ ...domainEvent, description }] : [],
    );
  }

  /** The domain events that there are, by their own names. */
  domainTypes(): EventType[] {
    return [...this.byDomainType.keys()];
  }

  get(name: string): CatalogueEntry | undefined {
    return this.entries.get(name);
  }

  /** The entries that a subscription to `name` means: one, or all under a prefix with `.*`. */
  matching(name: string): CatalogueEntry[] {
    const possible = this.subscribable();
    if (!name.endsWith('.*')) return possible.filter((entry) => entry.name === name);
    const prefix = name.slice(0, -1);
    return possible.filter((entry) => entry.name.startsWith(prefix));
  }

  /** The entries under which a domain event can be subscribed to. */
  entriesOf(type: EventType): readonly CatalogueEntry[] {
    return this.byDomainType.get(type) ?? [];
  }
}
