import { type ChildProcess, spawn } from 'node:child_process';
import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findProgram } from './find-program';
import { findLastingPort } from './lasting-port';
import { leftOpenByFile } from './left-open';
import { makeTempFolder } from './temp-folder';
import { waitFor } from './wait-for';

/** Where nats-server is on this machine: no npm package brings it. */
export const natsServerPath = findProgram('NATS_SERVER_PATH', 'nats-server');

/** For who has none. */
export const HOW_TO_GET_NATS_SERVER =
  'there is no nats-server here (apt-get install nats-server, or set NATS_SERVER_PATH)';

/** A nats-server with JetStream on loopback, whose store outlives its processes. */
export class NatsServer {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** Does not start it. @param settings lines of its configuration file besides what is needed */
  static async prepare(settings = ''): Promise<NatsServer> {
    const server = new NatsServer(await makeTempFolder(), await findLastingPort());
    leftOpenByFile.add(() => server.stop());
    await server.configure(settings);
    return server;
  }

  static async start(settings = ''): Promise<NatsServer> {
    const server = await NatsServer.prepare(settings);
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Takes effect when it is started again. */
  async configure(settings: string): Promise<void> {
    const jetstream = `jetstream { store_dir: "${this.store}", max_mem: 64MB, max_file: 1GB }`;
    await writeFile(this.configuration, `listen: "127.0.0.1:${this.port}"\n${jetstream}\n${settings}\n`);
  }

  /** Again, too: on the same port and the same store. */
  async start(): Promise<void> {
    if (natsServerPath === undefined) throw new Error(HOW_TO_GET_NATS_SERVER);
    this.process = spawn(natsServerPath, ['-c', this.configuration], { stdio: 'ignore' });
    await waitFor('nats-server answers', () => this.answers(), Boolean);
  }

  /** As if the power had failed, but for the disk. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** It keeps its connections, and says nothing more. */
  freeze(): void {
    this.process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.process?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.thaw();
    await this.end('SIGTERM');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Keeps a copy of what is on its disk. @returns what puts that back, while it is not running */
  async copyStore(): Promise<() => Promise<void>> {
    const copy = `${this.store}.copy`;
    await cp(this.store, copy, { recursive: true });
    return async () => {
      await rm(this.store, { recursive: true });
      await rename(copy, this.store);
    };
  }

  private get store(): string {
    return join(this.folder, 'store');
  }

  private get configuration(): string {
    return join(this.folder, 'nats-server.conf');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null || process.signalCode !== null) return;
    const ended = new Promise((resolve) => {
      process.once('exit', resolve);
    });
    process.kill(signal);
    await ended;
  }

  /** It greets everybody first, before it asks who that is. */
  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.setTimeout(1000, () => socket.destroy());
      socket.once('data', (greeting) => {
        resolve(greeting.toString().startsWith('INFO '));
        socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(false));
    });
  }
}
