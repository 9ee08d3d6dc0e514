import { rm } from 'node:fs/promises';
import type { CleanUp } from '../support/clean-up';
import { PostgresServer } from '../support/postgres-server';
import { makeTempFolder } from '../support/temp-folder';
import type { Invariant } from './evidence';
import { Scene } from './scene';
import type { StageOptions } from './stage';
import type { Trouble } from './trouble';

/** A gateway on a PostgreSQL that is not its child, to which things can happen while the gateway lives on. */
export type SceneOnPostgres = Scene & { readonly postgres: PostgresServer };

interface Around {
  /** For PostgreSQL's data. Default: a temporary one. */
  readonly folder?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The way from the gateway to it. Default: a direct one. */
  readonly wayTo?: (url: string) => Promise<string>;
  /** The worst that a request may meet. Default: a 503. */
  readonly excused?: Trouble;
  /** What holds besides. */
  readonly invariants?: readonly Invariant[];
}

/** Opens both; `cleanUp` ends them. */
export async function openOnPostgres(
  options: StageOptions,
  cleanUp: CleanUp,
  {
    folder,
    wayTo = (url) => Promise.resolve(url),
    excused = '503',
    invariants = [],
    ...postgresOptions
  }: Around = {},
): Promise<SceneOnPostgres> {
  const dataDir = folder ?? (await makeTempFolder());
  if (folder === undefined)
    cleanUp.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));
  const postgres = await PostgresServer.start({ dataDir, ...postgresOptions });
  cleanUp.defer(() => postgres.stop());
  const scene = await Scene.open(options, cleanUp, {
    databaseUrl: postgres.url,
    env: { DATABASE_URL: await wayTo(postgres.url) },
    excused,
    invariants,
  });
  return Object.assign(scene, { postgres });
}

/** Lets something happen to the database that the senders have to notice, and waits until all goes on. */
export async function sufferOutage(
  scene: SceneOnPostgres,
  round: number,
  whatGoesWrong: () => Promise<void>,
): Promise<void> {
  const before = scene.load.failures.length;
  await scene.suffer(whatGoesWrong);
  await scene.recovered();
  if (scene.load.failures.length === before) scene.problems.push(`round ${round + 1}: no sender noticed it`);
}
