import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type QueryResultRow } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres';
import { fromSource } from './support/without-a-build';

const [itAsRoot, itAsOrdinaryUser] = process.geteuid?.() === 0 ? [it, it.skip] : [it.skip, it];
const FAST = { fsync: 'off' };

/** A process of its own that owns an embedded PostgreSQL until it is killed, or until its input ends. */
const OWNER = fromSource(`
  const { startEmbeddedPostgres } = require('./src/database/embedded/embedded-postgres.ts');
  const say = (what) => console.log(JSON.stringify(what));
  process.on('SIGINT', () => say({ interrupted: true }));
  startEmbeddedPostgres({ dataDir: process.argv[1], settings: { fsync: 'off' }, log: () => {} }).then(
    (postgres) => {
      process.stdin.resume().on('end', () => postgres.stop());
      say({ url: postgres.url });
    },
    (error) => say({ error: error.message }),
  );
`);

interface Owner {
  process: ChildProcess;
  /** The next thing it says. */
  next(): Promise<{ url?: string; error?: string; interrupted?: boolean }>;
}

const folders: string[] = [];
const started: EmbeddedPostgres[] = [];
const owners: Owner[] = [];

/** Temporary folders are private; this one other users can enter, as they can a folder that is not under /root. */
function emptyFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'karere-embedded-'));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

async function start(
  dataDir: string,
  log: (line: string) => void = () => undefined,
): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, settings: FAST, log });
  started.push(postgres);
  return postgres;
}

function startOwner(dataDir: string, env: NodeJS.ProcessEnv = process.env): Owner {
  const child = spawn(process.execPath, [...OWNER, dataDir], {
    cwd: resolve(__dirname, '..'),
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const owner = {
    process: child,
    next: async () => JSON.parse((await lines.next()).value as string) as Record<string, string>,
  };
  owners.push(owner);
  return owner;
}

async function kill(owner: Owner): Promise<void> {
  owner.process.kill('SIGKILL');
  await once(owner.process, 'exit');
}

/** Lets it stop its server, if it is still there. */
async function release({ process: child }: Owner): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.stdin?.end();
  await once(child, 'exit');
}

async function query<Row extends QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The process id of the server in this data directory. */
function serverPid(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8'), 10);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(10);
}

describe('embedded PostgreSQL', () => {
  /** Has a database already; every test leaves it stopped. Those about a first start have a folder of their own. */
  const dataDir = emptyFolder();

  beforeAll(async () => {
    await (await start(dataDir)).stop();
  });

  afterEach(async () => {
    await Promise.all(owners.splice(0).map(release));
    await Promise.all(started.splice(0).map((postgres) => postgres.stop()));
  });

  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('creates a UTF-8 database on the first start, whatever the locale of the machine', async () => {
    const { LANG: _lang, LC_ALL: _all, LC_CTYPE: _ctype, ...withoutLocale } = process.env;
    const owner = startOwner(join(emptyFolder(), 'long ', 'ngā pānui', "o'clock"), withoutLocale);
    const { url = '', error } = await owner.next();
    expect(error).toBeUndefined();
    expect(
      await query(
        url,
        `SELECT current_database() AS name, getdatabaseencoding() AS encoding, lower('ĀŌ') AS lower`,
      ),
    ).toEqual([{ name: 'karere', encoding: 'UTF8', lower: 'āō' }]);
    await release(owner);
    expect(owner.process.exitCode).toBe(0);
  });

  it('keeps the data, and lets nobody but the owner read the password', async () => {
    const first = await start(dataDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await Promise.all([first.stop(), first.stop()]);
    const second = await start(dataDir);
    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    const password = join(dataDir, 'postgres/password');
    expect(second.url).toContain(`karere:${readFileSync(password, 'utf8')}@127.0.0.1:`);
    expect(await query(second.url, `SHOW listen_addresses`)).toEqual([{ listen_addresses: '127.0.0.1' }]);
    await expect(query(second.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT')).rejects.toMatchObject({
      code: '28P01',
    });
  });

  it('refuses a data directory that another Karere uses', async () => {
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      message:
        `The data directory ${dataDir} is in use by another Karere (PostgreSQL pid ${serverPid(dataDir)}). ` +
        'Stop it, or set DATA_DIR to another folder.',
    });
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('lets one of two first starts at the same instant win, and refuses the other', async () => {
    const folder = emptyFolder();
    const answers = await Promise.all([startOwner(folder).next(), startOwner(folder).next()]);
    const winner = answers.find((answer) => answer.url);
    const loser = answers.find((answer) => answer.error);
    expect(loser?.error).toContain('is in use by another Karere');
    expect(await query(winner?.url ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(readdirSync(folder)).toEqual(['postgres']);
  });

  it('takes over the server of an owner that was killed, and nothing is lost', async () => {
    const owner = startOwner(dataDir);
    const { url = '' } = await owner.next();
    const pid = serverPid(dataDir);
    await query(url, 'CREATE TABLE survivor AS SELECT 42 AS answer');
    await kill(owner);
    const lines: string[] = [];
    const heir = await start(dataDir, (line) => lines.push(line));
    expect(lines).toEqual([`Took over the PostgreSQL (pid ${pid}) that a killed Karere left running.`]);
    expect(await query(heir.url, 'SELECT answer FROM survivor')).toEqual([{ answer: 42 }]);
    await heir.stop();
    expect(existsSync(join(dataDir, 'postgres/data/postmaster.pid'))).toBe(false);
  });

  it('keeps the server away from a Ctrl-C, so that the gateway can finish first', async () => {
    const owner = startOwner(dataDir);
    const { url = '' } = await owner.next();
    process.kill(-(owner.process.pid ?? 0), 'SIGINT');
    expect(await owner.next()).toEqual({ interrupted: true });
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts after a creation that was killed half way', async () => {
    const folder = emptyFolder();
    const owner = startOwner(folder);
    await until(() => readdirSync(folder).length > 0);
    await kill(owner);
    expect(existsSync(join(folder, 'postgres'))).toBe(false);
    const postgres = await start(folder);
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says when the server dies, and recovers even when its process id belongs to something else by then', async () => {
    const lines: string[] = [];
    const first = await start(dataDir, (line) => lines.push(line));
    await query(first.url, 'CREATE TABLE recovered AS SELECT 42 AS answer');
    const pid = serverPid(dataDir);
    process.kill(pid, 'SIGKILL');
    await until(() => lines.length > 0);
    expect(lines).toEqual([
      `PostgreSQL (pid ${pid}) has stopped unexpectedly. Its log is ${join(dataDir, 'postgres/postgres.log')}.`,
    ]);
    await first.stop();
    const pidFile = join(dataDir, 'postgres/data/postmaster.pid');
    const stranger = spawn('sleep', ['60']);
    await writeFile(pidFile, readFileSync(pidFile, 'utf8').replace(/^\d+/, String(stranger.pid)));
    const second = await start(dataDir).finally(() => stranger.kill());
    expect(await query(second.url, 'SELECT answer FROM recovered')).toEqual([{ answer: 42 }]);
  });

  it('stays the owner when its session is terminated', async () => {
    const { url } = await start(dataDir);
    const session = `SELECT pid FROM pg_stat_activity WHERE application_name = 'karere owner'`;
    await query(url, `SELECT pg_terminate_backend(pid, 5000) FROM (${session}) AS owner`);
    await until(
      async () => (await query(url, `SELECT FROM pg_locks WHERE locktype = 'advisory'`)).length > 0,
    );
    await expect(start(dataDir)).rejects.toThrow('is in use by another Karere');
  });

  it('refuses a data directory that is a file', async () => {
    const folder = join(emptyFolder(), 'data');
    await writeFile(folder, '');
    await expect(start(folder)).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
      message: `The data directory ${folder} cannot be used: it is a file, not a folder (EEXIST). Set DATA_DIR to a folder that Karere can create and write to.`,
    });
  });

  // Root can write everywhere.
  itAsOrdinaryUser('refuses a data directory that it cannot write to', async () => {
    const folder = emptyFolder(0o555);
    await expect(start(folder)).rejects.toThrow(`The data directory ${folder} cannot be used: EACCES`);
  });

  itAsRoot('as root, moves what the user of PostgreSQL cannot reach, and says so in one line', async () => {
    const folder = join(emptyFolder(0o700), 'data');
    mkdirSync(folder);
    const lines: string[] = [];
    const postgres = await start(folder, (line) => lines.push(line));
    const [place] = await query<{ folder: string }>(
      postgres.url,
      `SELECT current_setting('data_directory') AS folder`,
    );
    const moved = dirname(place?.folder ?? '');
    folders.push(moved);
    expect(moved).toMatch(/^\/var\/lib\/karere\/[0-9a-f]{12}$/);
    expect(lines).toEqual([
      expect.stringMatching(
        `PostgreSQL refuses to run as root, so it runs as \\w+, .* its data is in ${moved}`,
      ),
    ]);
    await query(postgres.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await postgres.stop();
    const again = await start(folder);
    expect(await query(again.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });
});
