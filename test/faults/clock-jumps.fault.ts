import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTempFolder } from '../support/temp-folder';
import { waitFor } from '../support/wait-for';
import type { Fault } from './fault';
import type { Inbox } from './inbox';
import { Scene } from './scene';

const HOUR_MS = 3_600_000;

/** In turn. */
const JUMPS_MS = [6 * HOUR_MS, -6 * HOUR_MS, 49 * HOUR_MS, -49 * HOUR_MS];

/** Subscribers are down around each jump, so that retries and circuit breakers wait for a time that the jump moves. */
const DOWN_MS = 1500;

/** Longer than the first hold of a circuit breaker and the longest retry after that, far less than a jump. */
const GOES_ON_MS = 60_000;

/** The process notices a jump within that, and no two jumps of the list are so near to each other. */
const NOTICED_MS = 5000;

/** Compiled beside us. */
const PRELOAD = join(__dirname, 'shifting-clock.js');

/** The clock of the gateway's process jumps by hours, and back, while it receives and delivers. */
export function clockJumps(rounds: number): Fault<Scene> {
  let file = '';
  return {
    name: 'clock of the process jumps by hours',
    rounds,
    async open(options, cleanUp) {
      file = join(await makeTempFolder(), 'shift');
      await writeFile(file, '0');
      const env = { NODE_OPTIONS: `--require ${PRELOAD}`, CLOCK_SHIFT_FILE: file };
      return Scene.open(options, cleanUp, { env });
    },
    async inject(scene, round) {
      for (const shiftMs of [JUMPS_MS[round % JUMPS_MS.length] ?? 0, 0]) {
        await sleep(1000);
        await aroundAJump(scene, async () => {
          await writeFile(file, String(shiftMs));
          scene.gateway.signal('SIGUSR2');
          await clockTells(file, shiftMs);
        });
      }
    },
  };
}

/** Waits until the process has told the new time. */
async function clockTells(file: string, shiftMs: number): Promise<void> {
  await waitFor(
    `the clock jumps to ${shiftMs} ms from now`,
    async () => Number(await readFile(`${file}.told`, 'utf8').catch(() => '')) - Date.now(),
    (ahead) => Math.abs(ahead - shiftMs) < NOTICED_MS,
    NOTICED_MS,
  );
}

/** Lets a clock jump while subscribers are down. Notifications go on to be accepted, and afterwards deliveries to come. */
export async function aroundAJump(scene: Scene, jump: () => Promise<void>): Promise<void> {
  const { inbox } = scene;
  const before = inbox.turnedAway;
  inbox.down = true;
  await sleep(DOWN_MS);
  await scene.suffer(jump);
  inbox.down = false;
  if (inbox.turnedAway === before)
    scene.problems.push('no delivery waited for its retry when a clock jumped');
  const upAt = performance.now();
  await scene.recovered();
  await untilItGrows(inbox);
  scene.recoveries.push(performance.now() - upAt);
}

async function untilItGrows(inbox: Inbox): Promise<void> {
  const before = inbox.counts.taken;
  await waitFor(
    'deliveries come again',
    () => inbox.counts.taken,
    (taken) => taken > before,
    GOES_ON_MS,
  );
}
