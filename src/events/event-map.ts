import type { FollowupEvents } from './followup.events';
import type { ItasEvents } from './itas.events';
import type { SpgEvents } from './spg.events';
import type { TuatahiEvents } from './tuatahi.events';

/** Every domain event type and the shape of its data. A module's events stand in a file of their own. */
export interface EventMap extends SpgEvents, TuatahiEvents, ItasEvents, FollowupEvents {}
