import { Inject, Injectable, type PipeTransform } from '@nestjs/common';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { AddressPolicy } from '../delivery/address-policy';
import { checkCallbackUri } from '../delivery/callback-uri';
import { EventCatalogue } from '../events/event-catalogue';
import type { InvalidField } from '../fields/invalid-field';
import type { CreateSubscription } from './dto/create-subscription.request';
import { conditionsOf, type Filters } from './filter';
import { findInvalidFilters } from './find-invalid-filters';
import { invalidMembers } from './invalid-members';
import { noEventType } from './search-by-type';

/** A request for a subscription that keeps all rules. */
export type SubscriptionRequest = Omit<CreateSubscription, 'filters'> & { filters?: Filters | null };

/**
 * What a subscription has to keep beyond its shape: known names, addresses that may be called, limits.
 * `@JsonBody(validBody(CreateSubscription), SubscriptionRules)`
 */
@Injectable()
export class SubscriptionRules implements PipeTransform<CreateSubscription, SubscriptionRequest> {
  private readonly addresses: AddressPolicy;

  constructor(
    private readonly catalogue: EventCatalogue,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.addresses = new AddressPolicy(config.delivery.allowedNetworks);
  }

  /** @throws invalidInput with a pointer to each member that is not as it should be */
  transform(request: CreateSubscription): SubscriptionRequest {
    const { eventType, filters, notificationChannels } = request;
    const errors = [
      ...this.inEventType(eventType),
      ...this.inFilters(eventType, filters),
      ...this.inChannels(notificationChannels),
    ];
    if (errors.length > 0) throw invalidMembers(errors);
    return request as object as SubscriptionRequest;
  }

  private inEventType(eventType: string): InvalidField[] {
    if (this.catalogue.matching(eventType).length > 0) return [];
    return [noEventType('/eventType')];
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
