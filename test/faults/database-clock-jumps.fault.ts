import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
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

/** Sessions look at their clock's file again when more than a second has passed, which is counted in whole ones. */
const NOTICED_MS = 2500;

/** Less than either jump. */
const EXACT_MS = 1500;

/** The clock of PostgreSQL jumps forward by hours, and back by seconds, while what is queued waits for its time. */
export function databaseClockJumps(rounds: number): Fault<SceneOnPostgres> {
  let file = '';
  let aheadS = 0;
  /** One that is there before the clock jumps, as those of the gateway are. */
  let session: Client | undefined;
  const jump = async (seconds: number): Promise<void> => {
    const before = await aheadMs(session);
    aheadS += seconds;
    await writeFile(file, `+${aheadS}`);
    await sleep(NOTICED_MS);
    const jumpedMs = (await aheadMs(session)) - before;
    if (!(Math.abs(jumpedMs - seconds * 1000) < EXACT_MS))
      throw new Error(`the clock was to jump by ${seconds} s, and did by ${jumpedMs} ms`);
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
      const scene = await openOnPostgres(options, cleanUp, { env });
      const client = new Client({ connectionString: scene.postgres.url });
      await client.connect();
      cleanUp.defer(() => client.end());
      session = client;
      return scene;
    },
    async inject(scene) {
      await sleep(1000);
      await aroundAJump(scene, () => jump(FORWARD_S));
      await sleep(1000);
      await aroundAJump(scene, () => jump(-BACK_S));
    },
  };
}

/** Milliseconds from our clock to that of PostgreSQL. */
async function aheadMs(session: Client | undefined): Promise<number> {
  const result = await session?.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return (result?.rows[0]?.now.getTime() ?? Number.NaN) - Date.now();
}
