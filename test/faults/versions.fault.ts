import { performance } from 'node:perf_hooks';
import { Client } from 'pg';
import { GatewayProcess } from '../support/gateway-process';
import { findLastingPort } from '../support/lasting-port';
import type { CleanUp } from '../support/clean-up';
import { aWhile, type Fault } from './fault';
import { IMPATIENT } from './impatient';
import { takenIsAnswered } from './invariants/taken-is-answered';
import { addedTable, nextVersion } from './next-version';
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
      return openOnPostgres(options, deferring, {
        excused: 'no answer',
        invariants: [takenIsAnswered],
      });
    },
    async inject(scene, round) {
      const main = await nextVersion(round + 1);
      await aWhile(500, 1500);
      const at = performance.now();
      const env = { ...IMPATIENT, DATABASE_URL: scene.postgres.url };
      const beside = new GatewayProcess({ dataDir: scene.dataDir, port: await findLastingPort(), env, main });
      cleanUp.defer(() => beside.stop());
      const url = await beside.ready();
      if (!(await exists(scene, addedTable(round + 1))))
        scene.problems.push('the new version has not migrated');
      await scene.load.answeredAfter(performance.now());
      scene.recoveries.push(performance.now() - at);
      await aWhile(2000, 4000);
      if (!(await hasDelivered(url)))
        scene.problems.push('the new version has delivered nothing beside the old');
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
  await scene.recovered();
}

async function hasDelivered(url: string): Promise<boolean> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return /^karere_delivery_attempts_total\{.*\} [1-9]/m.test(metrics);
}

async function exists({ postgres }: SceneOnPostgres, table: string): Promise<boolean> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query<{ oid: string | null }>('SELECT to_regclass($1) AS oid', [table]);
  await client.end();
  return rows[0]?.oid != null;
}
