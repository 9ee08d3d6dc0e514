import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTempFolder } from '../support/temp-folder';
import { aroundAJump } from './clock-jumps.fault';
import type { Fault } from './fault';
import { openOnPostgres, type SceneOnPostgres } from './scene-on-postgres';

/** Where Debian's packages put it, on both of the processors that Karere is tried on. */
const LIBRARY = ['x86_64', 'aarch64']
  .map((processor) => `/usr/lib/${processor}-linux-gnu/faketime/libfaketime.so.1`)
  .find((path) => existsSync(path));

/** Forward as from a wrong time zone, and back as NTP corrects a clock. */
const FORWARD_S = 6 * 3600;
const BACK_S = 3;

/** Sessions look at their clock's file again after a second. */
const NOTICED_MS = 1500;

/** The clock of PostgreSQL jumps forward by hours, and back by seconds, while what is queued waits for its time. */
export function databaseClockJumps(rounds: number): Fault<SceneOnPostgres> {
  let file = '';
  let aheadS = 0;
  const jump = async (seconds: number): Promise<void> => {
    aheadS += seconds;
    await writeFile(file, `+${aheadS}`);
    await sleep(NOTICED_MS);
  };
  return {
    name: 'clock of PostgreSQL jumps',
    rounds,
    ...(LIBRARY === undefined && { missing: 'there is no libfaketime here (apt-get install faketime)' }),
    async open(options, cleanUp) {
      file = join(await makeTempFolder(), 'clock');
      // For PostgreSQL's user.
      await chmod(dirname(file), 0o755);
      await writeFile(file, '+0');
      const env = {
        LD_PRELOAD: LIBRARY ?? '',
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_CACHE_DURATION: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      return openOnPostgres(options, cleanUp, { env });
    },
    async inject(scene) {
      await sleep(1000);
      await aroundAJump(scene, () => jump(FORWARD_S));
      await sleep(1000);
      await aroundAJump(scene, () => jump(-BACK_S));
    },
  };
}
