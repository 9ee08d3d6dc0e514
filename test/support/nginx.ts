import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from './eventually';
import { findProgram } from './find-program';
import { findLastingPort } from './lasting-port';
import { makeTempFolder } from './temp-folder';

/** Beside our sources, or two folders above what was compiled of us. */
const ROOT = join(__dirname, __filename.endsWith('.js') ? '../../..' : '../..');

/** The nginx of this machine, which no npm package brings. */
export const nginxPath = findProgram('NGINX_PATH', 'nginx');

export const INSTALL_NGINX = 'apt-get install -y --no-install-recommends nginx-light (or set NGINX_PATH)';

interface Rendering {
  readonly port: number;
  /** URLs on loopback, in place of those that Docker's DNS names. */
  readonly replicas: readonly string[];
  readonly accessLog: string;
}

/** `docker/nginx.conf` as it works on this machine: all but the three lines that tell where things are. */
async function render({ port, replicas, accessLog }: Rendering): Promise<string> {
  const servers = replicas.map((url) => `    server ${new URL(url).host} $1;`).join('\n');
  let conf = await readFile(join(ROOT, 'docker/nginx.conf'), 'utf8');
  conf = replace(conf, /^ +server api:3000 resolve (.+);$/m, servers);
  conf = replace(conf, /^( +)listen 80;$/m, `$1listen 127.0.0.1:${port};`);
  return replace(conf, /^( +)access_log \/dev\/stdout json;$/m, `$1access_log ${accessLog} json;`);
}

function replace(conf: string, line: RegExp, by: string): string {
  if (!line.test(conf)) throw new Error(`docker/nginx.conf has no line like ${line}`);
  return conf.replace(line, by);
}

/** `docker/nginx.conf` at work: an nginx of our own, in front of replicas on loopback. */
export class Nginx {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /**
   * @param wanted port; any one by default
   * @throws when there is no nginx, or it refuses the configuration
   */
  static async start(replicas: readonly string[], wanted?: number): Promise<Nginx> {
    if (nginxPath === undefined) throw new Error(`there is no nginx here: ${INSTALL_NGINX}`);
    const folder = await makeTempFolder();
    const port = wanted ?? (await findLastingPort());
    const conf = join(folder, 'nginx.conf');
    await writeFile(conf, await render({ port, replicas, accessLog: join(folder, 'access.log') }));
    const args = ['-p', folder, '-c', conf, '-e', join(folder, 'error.log'), '-g', `pid ${folder}/pid;`];
    const { status, stderr } = spawnSync(nginxPath, [...args, '-t'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const foreground = [...args.slice(0, -1), `${args.at(-1)} daemon off;`];
    const nginx = new Nginx(
      `http://127.0.0.1:${port}`,
      folder,
      spawn(nginxPath, foreground, { stdio: 'ignore' }),
    );
    await eventually('nginx listens', () => accepts(port), Boolean, 5000);
    return nginx;
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** A line for each request. */
  accessLog(): Promise<string> {
    return readFile(join(this.folder, 'access.log'), 'utf8');
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => {
      this.process.once('exit', resolve);
    });
    if (this.process.exitCode === null) {
      this.process.kill('SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
