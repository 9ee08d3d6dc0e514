import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DomainEvent } from '../events/domain-event';
import type { EventAttributes, Filters } from './filter';
import { SubscriptionIndex } from './subscription-index';

interface Row {
  id: string;
  party_id: string;
  event_type: string;
  filters: Filters | null;
  expires_at: Date;
}

interface Change {
  type: string;
  subject: string;
}

const COLUMNS = 'id, party_id, event_type, filters, expires_at';

/** Those that lived at a position: what was created or revived after it comes by its own event. */
const LOAD = `
  SELECT ${COLUMNS} FROM tuatahi_subscription
  WHERE state = 'active' AND id::text NOT IN (
    SELECT subject FROM domain_event
    WHERE position > $1 AND type LIKE 'tuatahi.subscription.%'
      AND (type = 'tuatahi.subscription.created' OR data->>'revived' = 'true'))`;

/** What has changed between two positions, the last change of each. Served by `domain_event_of_subscriptions`. */
const CHANGED = `
  SELECT DISTINCT ON (subject) subject, type FROM domain_event
  WHERE position > $1 AND position <= $2 AND type LIKE 'tuatahi.subscription.%'
  ORDER BY subject, position DESC`;

const READ = `SELECT ${COLUMNS} FROM tuatahi_subscription WHERE state = 'active' AND id = ANY($1::uuid[])`;

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
      await this.take(tx, await tx.query<Change[]>(CHANGED, [this.position, position]));
    }
    this.position = position;
  }

  /** What is known may not be what was committed. */
  forget(): void {
    this.position = undefined;
  }

  /** Takes the next event into account. */
  async follow(tx: EntityManager, { position, type, subject }: DomainEvent): Promise<void> {
    this.position = position;
    if (type.startsWith('tuatahi.subscription.')) await this.take(tx, [{ type, subject }]);
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
    for (const row of await tx.query<Row[]>(LOAD, [position])) this.add(row);
  }

  private async take(tx: EntityManager, changes: readonly Change[]): Promise<void> {
    for (const { subject } of changes) this.remove(subject);
    const live = changes.filter(({ type }) => !ENDS.has(type)).map(({ subject }) => subject);
    if (live.length === 0) return;
    for (const row of await tx.query<Row[]>(READ, [live])) this.add(row);
  }

  private add({ id, party_id: partyId, event_type: eventTypes, filters, expires_at: expiresAt }: Row): void {
    this.index.add({ id, eventTypes, partyId, attributes: filters?.attributes ?? [] });
    this.details.set(id, { partyId, expiresAt: expiresAt.getTime() });
  }

  private remove(id: string): void {
    this.index.remove(id);
    this.details.delete(id);
  }
}
