import { ontActivation } from './ont-activation';
import type { SourceEventType } from './source-event-type';

/**
 * The types of event that can be published. To add one: a file like `ont-activation.ts`, its place in this list, its
 * domain event in `events/tuatahi.events.ts`, and that one's type in `SourceDomainType`.
 */
export const SOURCE_EVENT_TYPES: readonly SourceEventType[] = [ontActivation];
