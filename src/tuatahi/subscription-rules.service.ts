import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { AddressPolicy } from '../delivery/address-policy';
import { checkCallbackUri } from '../delivery/callback-uri';
import { EventCatalogue } from '../events/event-catalogue';
import type { InvalidField } from '../fields/invalid-field';
import type { CreateSubscription } from './dto/create-subscription.request';
import { invalidInput } from '../problems/problems';
import { conditionsOf, type Filters } from './filter';
import { findInvalidFilters } from './find-invalid-filters';

/** What a subscription has to keep beyond its shape: known names, addresses that may be called, limits. */
@Injectable()
export class SubscriptionRules {
  private readonly addresses: AddressPolicy;

  constructor(
    private readonly catalogue: EventCatalogue,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.addresses = new AddressPolicy(config.delivery.allowedNetworks);
  }

  /** @throws invalidInput with a pointer to each member that is not as it should be */
  check({ eventType, filters, notificationChannels }: CreateSubscription): void {
    const errors = [
      ...this.inEventType(eventType),
      ...this.inFilters(eventType, filters),
      ...this.inChannels(notificationChannels),
    ];
    if (errors.length > 0) throw invalidInput('The members to mend are in errors.', { errors });
  }

  private inEventType(eventType: string): InvalidField[] {
    if (this.catalogue.matching(eventType).length > 0) return [];
    const detail = 'is not an event type, nor a prefix of some with `.*`; see GET /tuatahi/event-types';
    return [{ pointer: '/eventType', keyword: 'eventType', detail }];
  }

  private inFilters(eventType: string, filters: CreateSubscription['filters']): InvalidField[] {
    const types = this.catalogue.matching(eventType);
    const known = types.length > 0 ? new Set(types.flatMap(({ attributes }) => attributes)) : undefined;
    const invalid = findInvalidFilters(filters, known);
    if (invalid.length > 0) return invalid;
    const { maxAttributes } = this.config.subscriptions;
    const { attributes } = (filters ?? {}) as Partial<Filters>;
    const conditions = (attributes ?? []).map(conditionsOf).flatMap(({ all, not }) => [...all, ...not]);
    if (conditions.length <= maxAttributes) return [];
    const detail = `must have at most ${maxAttributes} attributes in all entries together`;
    return [{ pointer: '/filters/attributes', keyword: 'limit', detail }];
  }

  private inChannels({ email, webhook }: CreateSubscription['notificationChannels']): InvalidField[] {
    const pointer = '/notificationChannels';
    const { maxChannels } = this.config.subscriptions;
    const channels = (email?.length ? 1 : 0) + (webhook?.length ?? 0);
    if (channels === 0) return [{ pointer, keyword: 'required', detail: 'must have at least one channel' }];
    if (channels > maxChannels) {
      return [{ pointer, keyword: 'limit', detail: `must have at most ${maxChannels} channels` }];
    }
    const seen = new Set<string>();
    return (webhook ?? []).flatMap(({ callbackUri }, index) => {
      const detail = this.inCallbackUri(callbackUri, seen);
      if (detail === undefined) return [];
      return [{ pointer: `${pointer}/webhook/${index}/callbackUri`, keyword: 'callbackUri', detail }];
    });
  }

  private inCallbackUri(callbackUri: string, seen: Set<string>): string | undefined {
    const { allowHttp } = this.config.delivery;
    const detail = checkCallbackUri(callbackUri, { allowHttp, addresses: this.addresses });
    if (detail !== undefined) return detail;
    const { href } = new URL(callbackUri);
    if (seen.has(href)) return 'must not be the same as that of another webhook of the subscription';
    seen.add(href);
    return undefined;
  }
}
