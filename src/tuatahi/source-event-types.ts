import { ontActivation } from './ont-activation';
import type { SourceEventType } from './source-event-type';

/**
 * The types of event that can be published. To add one: a file like `ont-activation.ts`, its place in this list,
 * and its domain event in `events/tuatahi.events.ts`.
 */
export const SOURCE_EVENT_TYPES: readonly SourceEventType[] = [ontActivation];
