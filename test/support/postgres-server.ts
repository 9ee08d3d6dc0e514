import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { type Cluster, ENVIRONMENT, openCluster, SUPERUSER } from '../../src/database/embedded/cluster';
import { choosePlacement, type Placement } from '../../src/database/embedded/placement';
import { identityOf } from '../../src/database/embedded/postgres-user';
import { findLastingPort } from './lasting-port';
import { waitFor } from './wait-for';

const DATABASE = 'karere';

/** After a crash it reads its log first. */
const START_MS = 60_000;

interface PostgresOptions {
  /** Holds everything. */
  readonly dataDir: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A PostgreSQL beside the gateway, as in production, that is killed and started again on the same data and port. */
export class PostgresServer {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly placement: Placement,
    private readonly cluster: Cluster,
    private readonly port: number,
    private readonly options: PostgresOptions,
  ) {}

  static async start(options: PostgresOptions): Promise<PostgresServer> {
    const placement = await choosePlacement(options.dataDir, () => undefined);
    const cluster = await openCluster(placement, { durable: true });
    const server = new PostgresServer(placement, cluster, await findLastingPort(), options);
    await server.start();
    const client = await server.connect('postgres');
    await client.query(`CREATE DATABASE ${DATABASE}`);
    await client.end();
    return server;
  }

  get url(): string {
    return this.urlOf(DATABASE);
  }

  /** The end of its log. */
  get output(): string {
    return readFileSync(this.cluster.log, 'utf8').split('\n').slice(-30).join('\n');
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Again, too, or until it has recovered. @throws when it does not let anybody in for a minute, with its log */
  async start(): Promise<void> {
    try {
      await waitFor('PostgreSQL lets us in', () => this.letsIn(), Boolean, START_MS);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.output}`, { cause: error });
    }
  }

  private launch(): void {
    const { binaries, user } = this.placement;
    const { folder, data, log } = this.cluster;
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port: String(this.port),
      ...this.options.settings,
    };
    const output = openSync(log, 'a', 0o600);
    const child = spawn(
      binaries.postgres,
      ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        cwd: folder,
        env: { ...ENVIRONMENT, ...this.options.env },
        stdio: ['ignore', output, output],
        // A group of its own, so that all of it can be stopped at once.
        detached: true,
        ...identityOf(user),
      },
    );
    closeSync(output);
    this.child = child;
  }

  /** As if the power had failed, but for the disk: its sessions end as soon as they notice. */
  async killPostmaster(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** `kill -9` of a session: PostgreSQL ends all others, too, and recovers as after a crash. */
  async killSession(): Promise<void> {
    const client = await this.connect(DATABASE);
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
       ORDER BY state = 'active' DESC, random() LIMIT 1`,
    );
    const [session] = rows;
    if (session) process.kill(session.pid, 'SIGKILL');
    await client.end().catch(() => undefined);
  }

  /** Keeps its connections, and says nothing more. */
  async freeze(): Promise<void> {
    await this.signalAll('SIGSTOP');
  }

  async thaw(): Promise<void> {
    await this.signalAll('SIGCONT');
  }

  /** Fast shutdown: sessions are ended, data is written. */
  async stop(): Promise<void> {
    await this.thaw();
    await this.end('SIGINT');
  }

  private async signalAll(signal: NodeJS.Signals): Promise<void> {
    for (const pid of await this.processes()) {
      try {
        process.kill(pid, signal);
      } catch {
        // A session that has just ended.
      }
    }
  }

  private get pid(): number | undefined {
    return this.isRunning ? this.child?.pid : undefined;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || !this.isRunning) return;
    const ended = new Promise((resolve) => {
      child.once('exit', resolve);
    });
    child.kill(signal);
    await ended;
  }

  /** The postmaster first, so that it does not notice what happens to its sessions. */
  private async processes(): Promise<number[]> {
    const { pid } = this;
    if (pid === undefined) return [];
    const found = [pid];
    for (const name of await readdir('/proc')) {
      const stat = /^\d+$/.test(name)
        ? await readFile(join('/proc', name, 'stat'), 'utf8').catch(() => '')
        : '';
      // "pid (name) state parent …", and the name may have anything in it.
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      if (Number(parent) === pid) found.push(Number(name));
    }
    return found;
  }

  private async letsIn(): Promise<boolean> {
    // Also one that has ended at once: sessions of a killed one can still hold its memory.
    if (!this.isRunning) this.launch();
    try {
      const client = await this.connect('postgres');
      await client.end();
      return true;
    } catch {
      return false;
    }
  }

  private async connect(database: string): Promise<Client> {
    const client = new Client({ connectionString: this.urlOf(database), connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  private urlOf(database: string): string {
    return `postgres://${SUPERUSER}:${this.cluster.password}@127.0.0.1:${this.port}/${database}`;
  }
}
