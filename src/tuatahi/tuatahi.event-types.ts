import type { CatalogueEntry } from '../events/event-catalogue';
import { channelEventTypes } from './channel.event-types';
import { checkpoint } from './checkpoint.event-type';
import { replayCompleted } from './replay.event-type';
import { entriesOf } from './source-event-type';
import { SOURCE_EVENT_TYPES } from './source-event-types';
import { subscriptionEventTypes } from './subscription.event-types';

/** What of this module, and of the delivery engine, can be subscribed to. */
export const tuatahiEventTypes: readonly CatalogueEntry[] = [
  ...SOURCE_EVENT_TYPES.flatMap(entriesOf),
  ...subscriptionEventTypes,
  ...channelEventTypes,
  replayCompleted,
  checkpoint,
];
