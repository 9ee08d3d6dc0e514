import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrate } from '../src/database/migrate';
import { dataSourceOptions } from '../src/schema';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { ask, send } from './support/http';
import { notification } from './support/notification';

const FOLDER = join(__dirname, '../src/database/migrations');

/** The last one that was free to do what it liked: nothing had been rolled out before. */
const BEFORE_THE_RULES = 1_764_300_000_000;

/** What replicas of the version before would notice. */
const NOTICED =
  /\bDROP (TABLE|COLUMN|CONSTRAINT)\b|\bRENAME\b|\bALTER COLUMN \w+ (SET DATA )?TYPE\b|\bSET NOT NULL\b|\bTRUNCATE\b/i;

/** What a next version might bring. */
class NextVersion1999999999999 implements MigrationInterface {
  name = 'NextVersion1999999999999';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE spg_notification ADD COLUMN priority int NOT NULL DEFAULT 0`);
    await runner.query(`ALTER TABLE domain_event ADD COLUMN tenant text`);
    await runner.query(`CREATE TABLE tenant (id text PRIMARY KEY)`);
  }

  down(): Promise<void> {
    throw new Error('nobody goes back here');
  }
}

/** What it sees of the session that it runs in. */
class Looks1999999999999 implements MigrationInterface {
  static seen: unknown;
  name = 'Looks1999999999999';

  async up(runner: QueryRunner): Promise<void> {
    Looks1999999999999.seen = await runner.query(
      `SELECT current_setting('tcp_keepalives_idle') AS idle, current_setting('tcp_user_timeout') AS sending,
         current_setting('idle_in_transaction_session_timeout') AS idle_in_transaction,
         current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`,
    );
  }

  down(): Promise<void> {
    throw new Error('nobody goes back here');
  }
}

/** An index as `migrations/README.md` says, while another replica starts. */
class Index2000000000000 implements MigrationInterface {
  name = 'Index2000000000000';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('SET lock_timeout = 0');
    await runner.query('SELECT pg_sleep(1)');
    await runner.query('DROP INDEX IF EXISTS spg_notification_by_time');
    await runner.query(
      'CREATE INDEX CONCURRENTLY spg_notification_by_time ON spg_notification (received_at)',
    );
    await runner.query('RESET lock_timeout');
  }

  down(): Promise<void> {
    throw new Error('nobody goes back here');
  }
}

let gateway: Gateway;
let eventId = 0;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

function nextVersion(): ReturnType<typeof dataSourceOptions> {
  const options = dataSourceOptions(gateway.databaseUrl);
  return { ...options, migrations: [...Object.values(options.migrations ?? {}), NextVersion1999999999999] };
}

/** Sends one after the other while something goes on. @returns the statuses, and how long the slowest took */
async function sendDuring(work: Promise<unknown>): Promise<{ statuses: Set<number>; slowestMs: number }> {
  const over = new AbortController();
  const ended = work.finally(() => over.abort());
  const statuses = new Set<number>();
  let slowestMs = 0;
  while (!over.signal.aborted) {
    const at = performance.now();
    eventId += 1;
    statuses.add((await send(gateway, notification('AddTaskNotify', { eventId: String(eventId) }))).status);
    slowestMs = Math.max(slowestMs, performance.now() - at);
  }
  await ended;
  return { statuses, slowestMs };
}

describe('the replicas of a version, while the next one migrates', () => {
  it('go on without a failure, also while it has to wait for a table that somebody reads for long', async () => {
    const reader = gateway.dataSource.createQueryRunner();
    await reader.startTransaction();
    await reader.query('SELECT count(*) FROM spg_notification');
    const migrated = migrate(nextVersion());
    const first = await sendDuring(waitsTwice());
    await reader.rollbackTransaction();
    await reader.release();
    const second = await sendDuring(migrated);
    expect(await migrated).toEqual(['NextVersion1999999999999']);
    expect([first.statuses, second.statuses]).toEqual([new Set([200]), new Set([200])]);
    // It has waited for the table for a second at a time, and so has everybody behind it.
    expect(Math.max(first.slowestMs, second.slowestMs)).toBeLessThan(10_000);
  });

  it('work on with what it has added, and are ready all the time', async () => {
    expect(
      (await send(gateway, notification('AddTaskNotify', { eventId: String(eventId + 1) }))).status,
    ).toBe(200);
    await gateway.settle();
    const { status, body } = await ask(`${gateway.url}/health/ready`);
    expect([status, body]).toMatchObject([
      200,
      { pendingMigrations: [], consumers: expect.any(Array) as unknown },
    ]);
    const lags = (body['consumers'] as { lag: number; parked: number }[]).map(({ lag, parked }) => [
      lag,
      parked,
    ]);
    expect(new Set(lags.flat())).toEqual(new Set([0]));
  });
});

/** Resolves when the migration was seen to wait, to give way, and to wait again. */
async function waitsTwice(): Promise<void> {
  const waiting = `SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE spg_notification%'`;
  for (const wanted of [1, 0, 1]) {
    await eventually(
      `${wanted} waits`,
      () => gateway.dataSource.query<unknown[]>(waiting),
      ({ length }) => length === wanted,
    );
  }
}

it('a machine that vanishes while it migrates keeps its locks no longer than any other', async () => {
  const options = dataSourceOptions(gateway.databaseUrl);
  const migrations = [
    ...Object.values(options.migrations ?? {}),
    NextVersion1999999999999,
    Looks1999999999999,
  ];
  await migrate({ ...options, migrations });
  expect(Looks1999999999999.seen).toEqual([
    { idle: '5', sending: '11000', idle_in_transaction: '1min', statement: '0', lock: '1s' },
  ]);
});

it('replicas that start while one makes an index beside those that work do not keep it from its end', async () => {
  const options = dataSourceOptions(gateway.databaseUrl);
  const migrations = [
    ...Object.values(options.migrations ?? {}),
    NextVersion1999999999999,
    Looks1999999999999,
    Index2000000000000,
  ];
  const starting = Array.from({ length: 3 }, () => migrate({ ...options, migrations }));
  expect((await Promise.all(starting)).flat()).toEqual(['Index2000000000000']);
  expect(
    await gateway.dataSource.query(
      `SELECT indisvalid FROM pg_index WHERE indexrelid = 'spg_notification_by_time'::regclass`,
    ),
  ).toEqual([{ indisvalid: true }]);
});

describe('a migration', () => {
  const files = readdirSync(FOLDER).filter(
    (file) => /^\d+-.*\.ts$/.test(file) && Number.parseInt(file) > BEFORE_THE_RULES,
  );

  it.each(files)('%s changes nothing that replicas of the version before would notice', (file) => {
    const [up = ''] = readFileSync(join(FOLDER, file), 'utf8').split(/\bdown\(/);
    expect(up).not.toMatch(NOTICED);
  });
});
