import { performance } from 'node:perf_hooks';
import { GatewayProcess } from '../support/gateway-process';
import { findLastingPort } from '../support/lasting-port';
import type { CleanUp } from '../support/clean-up';
import { aWhile, type Fault } from './fault';
import { IMPATIENT } from './impatient';
import { nextVersion } from './next-version';
import { openOnPostgres, type SceneOnPostgres } from './scene-on-postgres';

/**
 * A new version is rolled out under load: it migrates the database beside the old one, both work on it, the old one
 * goes; and then it is taken back, and the old one works on the new schema.
 */
export function versionsSideBySide(rounds: number): Fault<SceneOnPostgres> {
  let cleanUp: CleanUp;
  return {
    name: 'two versions side by side, migration, rollback',
    rounds,
    open(options, deferring) {
      cleanUp = deferring;
      return openOnPostgres(options, deferring);
    },
    async inject(scene, round) {
      const main = await nextVersion(round + 1);
      await aWhile(500, 1500);
      const at = performance.now();
      const env = { ...IMPATIENT, DATABASE_URL: scene.postgres.url };
      const beside = new GatewayProcess({ dataDir: scene.dataDir, port: await findLastingPort(), env, main });
      cleanUp.defer(() => beside.stop());
      await beside.ready();
      await scene.load.answeredAfter(performance.now());
      scene.recoveries.push(performance.now() - at);
      await aWhile(2000, 4000);
      await replace(scene, main);
      const { code } = await beside.stop();
      if (code !== 0) scene.problems.push(`the new version ended with ${code}:\n${beside.output}`);
      await aWhile(1000, 2000);
      await replace(scene);
    },
  };
}

/** @param main of the other version; default: the one that is tested */
async function replace(scene: SceneOnPostgres, main?: string): Promise<void> {
  const { code } = await scene.end('SIGTERM');
  if (code !== 0) scene.problems.push(`it ended with ${code}`);
  scene.restart(main);
  const cut = await scene.recovered();
  if (cut > 0) scene.problems.push(`${cut} requests on their way were not answered`);
}
