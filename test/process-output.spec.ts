import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { DEVELOPMENT } from '../src/development';
import { createDatabase, dropDatabase } from './support/database';
import { eventually } from './support/eventually';
import { GatewayProcess } from './support/gateway-process';
import { makeTempFolder } from './support/temp-folder';
import { withoutABuild } from './support/without-a-build';

let databaseUrl: string;
let empty: string;
let folder: string;

beforeAll(async () => {
  [databaseUrl, empty, folder] = await Promise.all([
    createDatabase(),
    createDatabase('empty'),
    makeTempFolder(),
  ]);
});
afterAll(async () => {
  await Promise.all([dropDatabase(databaseUrl), dropDatabase(empty), rm(folder, { recursive: true })]);
});

/** `npm run rebuild`. */
function rebuild(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: unknown; stderr: string }> {
  const own = { PATH: process.env['PATH'], LOG_LEVEL: 'warn', ...env };
  return new Promise((done) => {
    execFile(
      process.execPath,
      [...withoutABuild('src/rebuild.ts'), name],
      { cwd: folder, env: own },
      (error, _, stderr) => done({ code: error ? error.code : 0, stderr }),
    );
  });
}

it('in production each line that is printed is JSON, and one says where it listens', async () => {
  const production = {
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    DATABASE_URL: databaseUrl,
    SPG_API_KEYS: 'agreed-key',
    AUTH_JWT_SECRET: DEVELOPMENT.jwtSecret.toUpperCase(),
    AUTH_ISSUER: 'https://login.example.nz',
    ENCRYPTION_KEY: Buffer.alloc(32, 'k').toString('base64'),
    SMTP_URL: 'smtp://127.0.0.1:9',
    FOLLOWUP_JWT_SECRET: DEVELOPMENT.followup.jwtSecret.toUpperCase(),
  };
  const gateway = new GatewayProcess({ dataDir: folder, env: production });
  await eventually(
    'it listens',
    () => gateway.output,
    (output) => output.includes('"msg":"listening"'),
  );
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  const lines = gateway.output.split('\n').map((line) => JSON.parse(line) as object);
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: 'listening', url: expect.stringMatching(/^http:/) as string }),
  );
});

it('a HOST that is none is named, and the database is not blamed', async () => {
  const gateway = new GatewayProcess({
    dataDir: folder,
    env: { DATABASE_URL: databaseUrl, HOST: '999.1.2.3' },
  });
  expect(await gateway.exited).toEqual({ code: 1, signal: null });
  expect(gateway.output).not.toContain('database');
  expect(gateway.output).toMatch(/^HOST has to be an address of this machine, or a name of one/m);
});

it('a rebuild of what can not be rebuilt says what can, and ends at once', async () => {
  const { code, stderr } = await rebuild('bus', { DATABASE_URL: databaseUrl });
  expect([code, stderr]).toEqual([1, 'usage: npm run rebuild -- <consumer>; one of: spg-projector\n']);
});

it('a rebuild does not migrate what others are to migrate', async () => {
  const { code, stderr } = await rebuild('spg-projector', { DATABASE_URL: empty, MIGRATE_ON_START: 'false' });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^the database lacks migrations: EventLog1763700000000, .*\. Apply them by npm run migrate\n$/,
  );
});
