import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeTempFolder } from '../support/temp-folder';
import { aWhile, type Fault } from './fault';
import { openOnPostgres, type SceneOnPostgres, sufferOutage } from './scene-on-postgres';

const SIZE = '600m';

/** So much is left for PostgreSQL when the disk is filled: it runs into the end of it by itself. */
const LEFT_BYTES = 1_000_000;

const FULL_MS = 8000;

/** The log of transactions is small, so that it takes turns with the tables in finding no room. */
const SETTINGS = { max_wal_size: '64MB', min_wal_size: '32MB' };

/** A disk of PostgreSQL's own, which somebody else fills and empties again. Started again where it has given up. */
export function diskFull(rounds: number): Fault<SceneOnPostgres> {
  let folder = '';
  return {
    name: 'disk of PostgreSQL full',
    rounds,
    ...(!canMount() && { missing: 'a tmpfs for its data can not be mounted here (needs root)' }),
    async open(options, cleanUp) {
      folder = await makeTempFolder();
      if (!mount(folder)) throw new Error(`no tmpfs in ${folder}`);
      cleanUp.defer(async () => {
        spawnSync('umount', [folder]);
        await rm(folder, { recursive: true, force: true });
      });
      return openOnPostgres(options, cleanUp, { folder, settings: SETTINGS });
    },
    async inject(scene, round) {
      await aWhile(1000, 2000);
      await sufferOutage(scene, round, async () => {
        const ballast = await fill(folder);
        await sleep(FULL_MS);
        await rm(ballast);
        await scene.postgres.start();
      });
    },
  };
}

async function fill(folder: string): Promise<string> {
  const path = join(folder, 'ballast');
  const file = await open(path, 'w');
  const chunk = Buffer.alloc(1_000_000);
  for (;;) {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < LEFT_BYTES + chunk.length) break;
    await file.write(chunk);
  }
  await file.close();
  return path;
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'karere-mount-'));
  const mounted = mount(folder);
  if (mounted) spawnSync('umount', [folder]);
  rmdirSync(folder);
  return mounted;
}

function mount(folder: string): boolean {
  const options = `size=${SIZE},mode=0755`;
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0;
}
