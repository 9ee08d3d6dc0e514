import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from './scene';

/** Something that goes wrong in the life of a gateway. To add one: a file like this folder's `*.fault.ts`. */
export interface Fault {
  readonly name: string;
  readonly rounds: number;
  /**
   * Makes it happen once and waits for the worst of it; what comes next begins with `scene.recovered()`.
   * @throws when the gateway can not go on at all; lesser things go to `scene.problems`
   */
  inject(scene: Scene, round: number): Promise<void>;
}

/** A random time between two limits, milliseconds. */
export function aWhile(atLeast: number, atMost: number): Promise<void> {
  return sleep(atLeast + Math.random() * (atMost - atLeast));
}
