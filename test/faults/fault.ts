import { setTimeout as sleep } from 'node:timers/promises';
import type { CleanUp } from '../support/clean-up';
import type { Stage, StageOptions } from './stage';

/** Something that goes wrong in the life of a gateway. To add one: a file like this folder's `*.fault.ts`. */
export interface Fault<On extends Stage = Stage> {
  readonly name: string;
  readonly rounds: number;
  /** What this machine lacks for it: then it is skipped, loudly. */
  readonly missing?: string;
  /** Sets up what it is done to. */
  open(options: StageOptions, cleanUp: CleanUp): Promise<On>;
  /**
   * Makes it happen once and waits for the worst of it.
   * @throws when the gateway can not go on at all; lesser things go to `stage.problems`
   */
  inject(stage: On, round: number): Promise<void>;
}

/** A random time between two limits, milliseconds. */
export function aWhile(atLeast: number, atMost: number): Promise<void> {
  return sleep(atLeast + Math.random() * (atMost - atLeast));
}
