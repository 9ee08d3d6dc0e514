import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DomainEvent, EventType } from '../events/domain-event';
import type { EventAttributes, Filters } from './filter';
import { SubscriptionIndex } from './subscription-index';

type EventOfSubscription = DomainEvent<Extract<EventType, `tuatahi.subscription.${string}`>>;

interface Row {
  id: string;
  party_id: string;
  event_type: string;
  filters: Filters | null;
}

interface Change {
  type: string;
  subject: string;
  expires_at: Date;
}

const COLUMNS = 'id, party_id, event_type, filters';

/**
 * Those that lived at a position, whatever has become of them since: the first change after it tells. What was
 * created after it was not there; what has got another end has had the one before (also when it had come to that:
 * then no event is before it); what has ended was there, and its number is not taken any more (`take-numbers.ts`).
 */
const LOAD = `
  WITH next AS (
    SELECT DISTINCT ON (subject) subject, type, data FROM domain_event
    WHERE position > $1 AND type LIKE 'tuatahi.subscription.%'
    ORDER BY subject, position
  )
  SELECT ${COLUMNS},
    coalesce((data->>'previousExpiresAt')::timestamptz, (data->>'expiresAt')::timestamptz, expires_at) AS expires_at
  FROM tuatahi_subscription LEFT JOIN next ON subject = id::text
  WHERE state <> 'deleted' AND CASE WHEN type IS NULL THEN state = 'active'
    ELSE type <> 'tuatahi.subscription.created' END`;

/** What has changed between two positions, the last change of each. Served by `domain_event_of_subscriptions`. */
const CHANGED = `
  SELECT DISTINCT ON (subject) subject, type, (data->>'expiresAt')::timestamptz AS expires_at FROM domain_event
  WHERE position > $1 AND position <= $2 AND type LIKE 'tuatahi.subscription.%'
  ORDER BY subject, position DESC`;

/** Positions have no gaps. */
const IS_THERE = 'SELECT FROM domain_event WHERE position = $1';

/** Not when they end, nor whether they have: that changes, and only the log tells how it was. */
const READ = `SELECT ${COLUMNS} FROM tuatahi_subscription WHERE state <> 'deleted' AND id = ANY($1::uuid[])`;

const ENDS = new Set(['tuatahi.subscription.expired', 'tuatahi.subscription.deleted']);

/**
 * The live subscriptions in memory, as they were at a position of the event log. It is kept up to date by the
 * log itself, so it can't be behind the event that is being matched; another replica that takes over first
 * catches up from where it was.
 */
@Injectable()
export class LiveSubscriptions {
  private index = new SubscriptionIndex();
  private readonly details = new Map<string, { partyId: string; expiresAt: number }>();
  private position: number | undefined;

  /** As they were once the event at this position had happened. */
  async bringTo(tx: EntityManager, position: number): Promise<void> {
    if (this.position === undefined || this.position > position) await this.load(tx, position);
    else if (this.position < position) {
      // Another replica may have had its turn for so long that retention has taken away what has changed.
      const [next] = await tx.query<object[]>(IS_THERE, [this.position + 1]);
      if (next) await this.take(tx, await tx.query<Change[]>(CHANGED, [this.position, position]));
      else await this.load(tx, position);
    }
    this.position = position;
  }

  /** What is known may not be what was committed. */
  forget(): void {
    this.position = undefined;
  }

  /** Takes the next event into account. */
  async follow(tx: EntityManager, event: DomainEvent): Promise<void> {
    this.position = event.position;
    if (!isOfSubscription(event)) return;
    const { type, subject, data } = event;
    await this.take(tx, [{ type, subject, expires_at: new Date(data.expiresAt) }]);
  }

  /** Who gets an event under one of its names. */
  match(name: string, event: DomainEvent, attributes: EventAttributes): { id: string; partyId: string }[] {
    const time = Date.parse(event.time);
    return this.index.match({ types: [name], partyIds: event.partyIds, attributes }).flatMap((id) => {
      const known = this.details.get(id);
      return known && time < known.expiresAt ? [{ id, partyId: known.partyId }] : [];
    });
  }

  private async load(tx: EntityManager, position: number): Promise<void> {
    this.index = new SubscriptionIndex();
    this.details.clear();
    for (const row of await tx.query<(Row & { expires_at: Date })[]>(LOAD, [position])) {
      this.add(row, row.expires_at);
    }
  }

  private async take(tx: EntityManager, changes: readonly Change[]): Promise<void> {
    for (const { subject } of changes) this.remove(subject);
    const live = new Map(
      changes.filter(({ type }) => !ENDS.has(type)).map((change) => [change.subject, change.expires_at]),
    );
    if (live.size === 0) return;
    for (const row of await tx.query<Row[]>(READ, [[...live.keys()]])) {
      const expiresAt = live.get(row.id);
      if (expiresAt) this.add(row, expiresAt);
    }
  }

  private add({ id, party_id: partyId, event_type: eventTypes, filters }: Row, expiresAt: Date): void {
    this.index.add({ id, eventTypes, partyId, attributes: filters?.attributes ?? [] });
    this.details.set(id, { partyId, expiresAt: expiresAt.getTime() });
  }

  private remove(id: string): void {
    this.index.remove(id);
    this.details.delete(id);
  }
}

function isOfSubscription(event: DomainEvent): event is EventOfSubscription {
  return event.type.startsWith('tuatahi.subscription.');
}
