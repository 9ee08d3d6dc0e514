import { rm } from 'node:fs/promises';
import type { CleanUp } from '../support/clean-up';
import { PostgresServer } from '../support/postgres-server';
import { makeTempFolder } from '../support/temp-folder';
import { Scene } from './scene';
import type { StageOptions } from './stage';

/** A gateway on a PostgreSQL that is not its child, to which things can happen while the gateway lives on. */
export type SceneOnPostgres = Scene & { readonly postgres: PostgresServer };

interface Around {
  /** For PostgreSQL's data. Default: a temporary one. */
  readonly folder?: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The way from the gateway to it. Default: a direct one. */
  readonly wayTo?: (url: string) => Promise<string>;
}

/** Opens both; `cleanUp` ends them. */
export async function openOnPostgres(
  options: StageOptions,
  cleanUp: CleanUp,
  { folder, wayTo = (url) => Promise.resolve(url), ...postgresOptions }: Around = {},
): Promise<SceneOnPostgres> {
  const dataDir = folder ?? (await makeTempFolder());
  if (folder === undefined)
    cleanUp.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));
  const postgres = await PostgresServer.start({ dataDir, ...postgresOptions });
  cleanUp.defer(() => postgres.stop());
  const scene = await Scene.open(options, cleanUp, {
    databaseUrl: postgres.url,
    env: { DATABASE_URL: await wayTo(postgres.url) },
  });
  return Object.assign(scene, { postgres });
}

/** Waits until all goes on; while the database is away every request has to get its 503. */
export async function recoveredWithAnswers(scene: Scene, round: number): Promise<void> {
  const cut = await scene.recovered();
  if (cut > 0) scene.problems.push(`round ${round + 1}: ${cut} requests got no answer, not even 503`);
}
