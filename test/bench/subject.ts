import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readUsage, type Usage, usageByKernel } from './usage';

/** Something that takes in notifications or delivers them, as a process of its own. */
export interface SubjectDescription {
  readonly name: string;
  /** Compiled program, from the root of the compiled tree. */
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself, beside those that Karere is started with. */
  readonly nodeOptions?: readonly string[];
}

/** What the client presents. */
export const API_KEY = 'bench-spg-key';

/** Whose bearer tokens are good. */
export const AUTH = { issuer: 'bench', secret: 'bench-secret-of-at-least-thirty-two-characters' };

/** Seals the secrets of channels. */
export const ENCRYPTION_KEY = Buffer.alloc(32, 'bench').toString('base64');

/** By which the tokens of technicians are signed. */
export const FOLLOWUP_SECRET = 'bench-followup-secret-of-at-least-thirty-two-characters';

/**
 * As in production, with one exception: the client is one address and sends more than one address may, so the
 * limiter counts as always but with a limit that is not reached. Webhooks may go to this machine.
 */
const ENVIRONMENT = {
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'info',
  RATE_LIMIT_PER_SECOND: '1000000',
  MIGRATE_ON_START: 'false',
  SPG_API_KEYS: API_KEY,
  AUTH_ISSUER: AUTH.issuer,
  AUTH_JWT_SECRET: AUTH.secret,
  ENCRYPTION_KEY,
  // Nobody listens there: nothing goes by mail.
  SMTP_URL: 'smtp://127.0.0.1:9',
  WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  WEBHOOK_ALLOW_HTTP: 'true',
  FOLLOWUP_JWT_SECRET: FOLLOWUP_SECRET,
};

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 15_000;
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A running subject. What it prints goes to a file in `folder`. */
export class Subject {
  private constructor(
    readonly name: string,
    readonly url: string,
    readonly databaseUrl: string,
    private readonly child: ChildProcess,
    private readonly logFile: string,
  ) {}

  /** Starts it, and waits until it answers. */
  static async start(description: SubjectDescription, databaseUrl: string, folder: string): Promise<Subject> {
    const subject = await Subject.spawn(description, databaseUrl, folder);
    try {
      await subject.answers();
    } catch (cause) {
      await subject.stop();
      throw new Error(`${subject.name} does not answer. It printed:\n${subject.printed()}`, { cause });
    }
    return subject;
  }

  /** Starts it, and waits for nothing. */
  static async spawn(description: SubjectDescription, databaseUrl: string, folder: string): Promise<Subject> {
    const { name, program, env = {}, nodeOptions = [] } = description;
    const port = await freePort();
    const logFile = join(folder, `${name.replaceAll(/\W+/g, '-')}.log`);
    const log = openSync(logFile, 'a');
    const args = [
      '--max-semi-space-size=32',
      '--enable-source-maps',
      ...nodeOptions,
      join(__dirname, '../..', program),
    ];
    const child = spawn(process.execPath, args, {
      // Nothing of ours: neither the environment nor a `.env` of the working directory.
      env: {
        ...ENVIRONMENT,
        ...env,
        PATH: process.env['PATH'],
        PORT: String(port),
        DATABASE_URL: databaseUrl,
      },
      cwd: folder,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    running.add(child);
    child.once('exit', () => running.delete(child));
    return new Subject(name, `http://127.0.0.1:${port}`, databaseUrl, child, logFile);
  }

  get isRunning(): boolean {
    return running.has(this.child);
  }

  /** The end of what it has printed. */
  printed(): string {
    return readFileSync(this.logFile, 'utf8').slice(-2000);
  }

  usage(): Promise<Usage> {
    return readUsage(this.child.pid ?? 0, this.url);
  }

  /** Of one that may not answer. */
  usageByKernel(): Promise<Usage> {
    return usageByKernel(this.child.pid ?? 0);
  }

  /** It does nothing until it is resumed, and so costs the others nothing. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.resume();
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    const overdue = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(overdue);
  }

  private async answers(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
      try {
        await fetch(`${this.url}/health/live`);
        return;
      } catch (error) {
        if (Date.now() > deadline || !this.isRunning) throw error;
        await sleep(50);
      }
    }
  }
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
