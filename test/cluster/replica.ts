import { type Exit, GatewayProcess } from '../support/gateway-process';
import { waitFor } from '../support/wait-for';

export type Role = 'api' | 'worker' | 'all';

interface ReplicaOptions {
  /** `api-1`. */
  readonly name: string;
  readonly role: Role;
  /** One that stays free while it is not there (`lasting-port.ts`). */
  readonly port: number;
  /** Working directory. */
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** Told each line that it prints. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** A replica that keeps its name, its port and so its place behind the balancer when it is started again. */
export class Replica {
  private process: GatewayProcess;

  /** Starts it. */
  constructor(private readonly options: ReplicaOptions) {
    this.process = this.launch();
  }

  get name(): string {
    return this.options.name;
  }

  get role(): Role {
    return this.options.role;
  }

  get url(): string {
    return `http://127.0.0.1:${this.options.port}`;
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  /** The last lines that it has printed. */
  get output(): string {
    return this.process.output;
  }

  /** Of the process that runs now. */
  get exited(): Promise<Exit> {
    return this.process.exited;
  }

  /** Waits until it is ready, as a balancer would see it. @throws when it ends instead, or takes too long */
  async ready(): Promise<void> {
    await this.process.ready();
    await waitFor(
      `${this.name} is ready`,
      async () => (await fetch(`${this.url}/health/ready`)).status,
      (status) => status === 200,
    );
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Exit> {
    this.process.signal(signal);
    return this.process.exited;
  }

  /** A new process in the same place. Does not wait for it. */
  restart(): void {
    this.process = this.launch();
  }

  /** SIGTERM, and more if need be. */
  async stop(): Promise<Exit> {
    return this.process.stop();
  }

  private launch(): GatewayProcess {
    const { dataDir, port, role, env, onLine } = this.options;
    return new GatewayProcess({ dataDir, port, env: { ...env, ROLE: role }, ...(onLine && { onLine }) });
  }
}
