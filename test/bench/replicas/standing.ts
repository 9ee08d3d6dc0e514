import type { Fleet, Turn } from './fleet';

/** Turns of some replicas at the same load. */
export interface Standing {
  readonly fleet: Fleet;
  readonly turns: readonly Turn[];
  /** Default: at full speed. */
  readonly perSecond?: number;
}
