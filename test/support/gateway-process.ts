import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogSecrets } from './log-secrets';
import { withoutABuild } from './without-a-build';

/** Compiled like us, beside us; or from its source, when we are run so. */
const MAIN = __filename.endsWith('.js')
  ? [join(__dirname, '../../src/main.js')]
  : withoutABuild('src/main.ts');

const KEPT_LINES = 30;

interface GatewayProcessOptions {
  /** Holds the embedded PostgreSQL, and is the working directory, so that no `.env` is read. */
  readonly dataDir: string;
  /** Default 0: any free one. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Its program. Default: the gateway that is tested. */
  readonly main?: string;
  /** Told each line that it prints. */
  readonly onLine?: (line: string) => void;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The gateway as it runs at its users': a process of its own, with PostgreSQL as a child. */
export class GatewayProcess {
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private readonly secrets: LogSecrets;
  private readonly url: Promise<string>;

  /** Starts it; nothing of our own environment but PATH reaches it. */
  constructor({ dataDir, port = 0, env = {}, onLine: tell, main }: GatewayProcessOptions) {
    this.secrets = new LogSecrets(env);
    this.child = spawn(process.execPath, main === undefined ? MAIN : [main], {
      cwd: dataDir,
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        HOST: '127.0.0.1',
        DATA_DIR: dataDir,
        LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.url = new Promise((resolve) => {
      const onLine = (line: string): void => {
        tell?.(line);
        this.lines.push(line);
        this.secrets.look(line);
        if (this.lines.length > KEPT_LINES) this.lines.shift();
        const url = /^Karere listens on (\S+)$/.exec(line)?.[1];
        if (url !== undefined) resolve(url);
      };
      for (const stream of [this.child.stdout, this.child.stderr]) forEachLine(stream, onLine);
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** The last lines that it has printed. */
  get output(): string {
    return this.lines.join('\n');
  }

  /**
   * Waits until it listens.
   * @returns its URL
   * @throws when it ends instead, or takes longer than a minute
   */
  async ready(): Promise<string> {
    const url = await Promise.race([
      this.url,
      this.exited.then(() => undefined),
      sleep(60_000, undefined, { ref: false }),
    ]);
    if (url === undefined) throw new Error(`the gateway did not start:\n${this.output}`);
    return url;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /**
   * SIGTERM, and SIGKILL for one that has not ended after 15 s.
   * @throws also when it has printed a secret
   */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    const overdue = setTimeout(() => this.signal('SIGKILL'), 15_000);
    const exit = await this.exited;
    clearTimeout(overdue);
    this.secrets.assertNone();
    return exit;
  }
}

function forEachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
