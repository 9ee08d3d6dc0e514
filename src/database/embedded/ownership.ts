import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { type Cluster, SUPERUSER } from './cluster';
import type { Postmaster } from './postmaster';

/** Any number does, as long as every version of Karere uses this one ("kare" in ASCII). */
const LOCK = 0x6b617265;

/** A previous owner's session ends a moment after its process was killed. */
const TAKE_FOR_MS = 500;
const RETRY_MS = 50;

/**
 * The right to use a cluster, which exactly one Karere has: a session advisory lock on a connection of its own. It
 * ends with the process however that ends, so there is no stale lock to clean up after a `kill -9`.
 *
 * Advisory locks belong to a database; this one is in `postgres`, where nothing of the gateway's is.
 */
export class Ownership {
  private held = true;
  private releasing = false;

  private constructor(
    private connection: Client,
    private readonly cluster: Cluster,
    private readonly postmaster: Postmaster,
    private readonly log: (message: string) => void,
  ) {
    this.watch(connection);
  }

  /** Undefined when another Karere has the cluster; an error when the server does not answer (yet). */
  static async take(
    cluster: Cluster,
    postmaster: Postmaster,
    log: (message: string) => void,
  ): Promise<Ownership | undefined> {
    const connection = await lock(cluster, postmaster);
    return connection && new Ownership(connection, cluster, postmaster, log);
  }

  /** False once the connection was lost and another Karere took the cluster over before we could. */
  get isHeld(): boolean {
    return this.held;
  }

  async createDatabaseIfMissing(name: string): Promise<void> {
    const { rowCount } = await this.connection.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0)
      await this.connection.query(`CREATE DATABASE ${this.connection.escapeIdentifier(name)}`);
  }

  /** From here on a loss of the connection is expected. */
  expectShutdown(): void {
    this.releasing = true;
  }

  async release(): Promise<void> {
    this.releasing = true;
    await this.connection.end().catch(() => undefined);
  }

  private watch(connection: Client): void {
    connection.once('end', () => {
      if (!this.releasing) void this.retake();
    });
  }

  /** A crashed or terminated session costs the lock while the server lives on: take it again before someone else. */
  private async retake(): Promise<void> {
    while (!this.releasing && !this.postmaster.hasExited()) {
      try {
        const connection = await lock(this.cluster, this.postmaster);
        if (!connection) {
          this.held = false;
          this.log(`Another Karere has taken over PostgreSQL (pid ${this.postmaster.pid}).`);
          return;
        }
        this.connection = connection;
        this.watch(connection);
        if (this.releasing) await this.release();
        return;
      } catch {
        await sleep(RETRY_MS, undefined, { ref: false }); // stopping, or recovering from the crash of a session
      }
    }
    if (!this.releasing) {
      this.log(
        `PostgreSQL (pid ${this.postmaster.pid}) has stopped unexpectedly. Its log is ${this.cluster.log}.`,
      );
    }
  }
}

async function lock(cluster: Cluster, postmaster: Postmaster): Promise<Client | undefined> {
  const connection = new Client({
    host: '127.0.0.1',
    port: postmaster.port,
    user: SUPERUSER,
    password: cluster.password,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 5_000,
    application_name: 'karere owner',
  });
  connection.on('error', () => undefined); // the loss is handled on 'end'; without a listener it would be fatal
  try {
    await connection.connect();
    const deadline = Date.now() + TAKE_FOR_MS;
    do {
      const { rows } = await connection.query<{ taken: boolean }>(
        'SELECT pg_try_advisory_lock($1) AS taken',
        [LOCK],
      );
      if (rows[0]?.taken) return connection;
      await sleep(RETRY_MS);
    } while (Date.now() < deadline);
  } catch (error) {
    await connection.end().catch(() => undefined);
    throw error;
  }
  await connection.end();
  return undefined;
}
