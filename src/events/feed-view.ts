import { type CloudEvent, toCloudEvent } from './cloud-event';
import type { DomainEvent } from './domain-event';

/** Which events a reader of the feed sees, and what of them. */
export class FeedView {
  /**
   * @param partyId sees only what concerns it; undefined: sees all
   * @param types patterns of LIKE; undefined: of any type
   */
  constructor(
    readonly partyId: string | undefined,
    readonly types: readonly string[] | undefined,
  ) {}

  /** A party is not told whom else an event concerns. */
  show(event: DomainEvent): CloudEvent {
    const shown = toCloudEvent(event);
    return this.partyId === undefined ? shown : { ...shown, partyids: this.partyId };
  }
}
