import { rm } from 'node:fs/promises';
import { migrate } from '../src/database/migrate';
import { dataSourceOptions } from '../src/schema';
import { createDatabase, dropDatabase } from './support/database';
import { eventually } from './support/eventually';
import { GatewayProcess } from './support/gateway-process';
import { ask } from './support/http';
import { makeTempFolder } from './support/temp-folder';

/** New versions, told that somebody else migrates, on a database that is not migrated yet. */
let databaseUrl: string;
let folder: string;
const processes: GatewayProcess[] = [];

beforeAll(async () => {
  [databaseUrl, folder] = await Promise.all([createDatabase('empty'), makeTempFolder()]);
});
afterAll(async () => {
  await Promise.all(processes.map((each) => each.stop()));
  await dropDatabase(databaseUrl);
  await rm(folder, { recursive: true });
});

async function startAndWait(): Promise<GatewayProcess> {
  const env = { DATABASE_URL: databaseUrl, MIGRATE_ON_START: 'false' };
  const process = new GatewayProcess({ dataDir: folder, env });
  processes.push(process);
  await eventually(
    'it says what it waits for',
    () => process.output,
    (output) => output.includes('"msg":"the database lacks migrations; waiting until they are applied"'),
  );
  return process;
}

it('a replica that does not migrate waits until somebody has, or until it is told to stop', async () => {
  const [patient, stopped] = await Promise.all([startAndWait(), startAndWait()]);
  // Not even a port: whoever asks is refused at once and goes elsewhere, and nothing has begun to work.
  expect(patient.output).not.toContain('Karere listens');
  expect(await stopped.stop()).toEqual({ code: 0, signal: null });

  await migrate(dataSourceOptions(databaseUrl));
  const url = await patient.ready();
  expect((await ask(`${url}/health/ready`)).status).toBe(200);
  expect(await patient.stop()).toEqual({ code: 0, signal: null });
});
