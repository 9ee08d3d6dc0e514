import { Inject, Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { EventCatalogue } from './event-catalogue';
import { FeedView } from './feed-view';
import { typePatterns } from './type-filter';

/** Who sees what of the event log: internal teams, which are the owner's, see all; a party what concerns it. */
@Injectable()
export class FeedViews {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly catalogue: EventCatalogue,
  ) {}

  /** @throws invalidInput for a type that there is not */
  of({ partyId }: Caller, types: string | undefined): FeedView {
    return new FeedView(
      partyId === this.config.ownerPartyId ? undefined : partyId,
      types === undefined ? undefined : typePatterns(types, this.catalogue.domainTypes()),
    );
  }
}
