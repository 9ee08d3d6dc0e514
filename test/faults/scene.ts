import { rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEVELOPMENT } from '../../src/development';
import type { CleanUp } from '../support/clean-up';
import { embeddedDatabaseUrl, endEmbeddedDatabase } from '../support/embedded-database';
import { type Exit, GatewayProcess } from '../support/gateway-process';
import { findLastingPort } from '../support/lasting-port';
import { NatsServer, natsServerPath } from '../support/nats-server';
import { makeTempFolder } from '../support/temp-folder';
import { FORGETFUL_NATS, IMPATIENT } from './impatient';
import type { Invariant } from './evidence';
import { Inbox } from './inbox';
import { Load } from './load';
import type { Stage, StageOptions } from './stage';
import { subscribe } from './subscriptions';
import { beyond, type Trouble } from './trouble';

/** Longest outage that is waited for. */
const RECOVERY_MS = 90_000;

/** What is not as usual around a gateway. */
interface Surroundings {
  /** For its process. */
  readonly env?: Readonly<Record<string, string>>;
  /** For the audit, when the gateway has not its embedded PostgreSQL. */
  readonly databaseUrl?: string;
  /** What holds besides. */
  readonly invariants?: readonly Invariant[];
  /** The worst that a request may meet, at whatever time. Default: none, each gets its 200. */
  readonly excused?: Trouble;
}

/** A gateway process on a data directory of its own, under load, with subscribers, that faults are done to. */
export class Scene implements Stage {
  /** From a fault to the first 200 after it, milliseconds. */
  readonly recoveries: number[] = [];
  readonly problems: string[] = [];
  /** Deliveries that were on their way when a fault came. */
  cutDeliveries = 0;
  private fault: { readonly at: number; readonly overAt: number } | undefined;
  private closed = false;

  private constructor(
    readonly dataDir: string,
    readonly url: string,
    readonly load: Load,
    readonly inbox: Inbox,
    /** Ids, as in `subscriptions.ts`. */
    readonly subscriptions: readonly string[],
    /** What it publishes to; undefined: there is no nats-server on this machine. */
    readonly nats: NatsServer | undefined,
    private readonly env: Readonly<Record<string, string>>,
    private process: GatewayProcess,
    private readonly surroundings: Surroundings,
  ) {}

  static async open(
    options: StageOptions,
    cleanUp: CleanUp,
    surroundings: Surroundings = {},
  ): Promise<Scene> {
    const dataDir = await makeTempFolder();
    cleanUp.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));
    cleanUp.defer(() => endEmbeddedDatabase(dataDir));
    const nats = natsServerPath === undefined ? undefined : await NatsServer.start();
    cleanUp.defer(() => nats?.stop());
    const env = { ...IMPATIENT, ...(nats && { ...FORGETFUL_NATS, NATS_URL: nats.url }), ...surroundings.env };
    const gateway = new GatewayProcess({ dataDir, port: await findLastingPort(), env });
    cleanUp.defer(() => gateway.stop());
    const url = await gateway.ready();
    const inbox = await Inbox.open();
    cleanUp.defer(() => inbox.close());
    const subscriptions = await subscribe(url, inbox.url);
    const load = new Load({ ...options, url, apiKey: DEVELOPMENT.spgApiKey });
    const scene = new Scene(dataDir, url, load, inbox, subscriptions, nats, env, gateway, surroundings);
    cleanUp.defer(() => scene.close());
    await load.start();
    return scene;
  }

  get cutRequests(): number {
    return this.load.failures.filter(({ trouble }) => trouble === 'no answer').length;
  }

  get output(): string {
    return this.process.output;
  }

  get gateway(): GatewayProcess {
    return this.process;
  }

  get healthUrl(): string {
    return this.url;
  }

  get invariants(): readonly Invariant[] {
    return this.surroundings.invariants ?? [];
  }

  async databaseUrl(): Promise<string> {
    return this.surroundings.databaseUrl ?? (await embeddedDatabaseUrl(this.dataDir));
  }

  /** Sends a signal, which is the fault, and waits for the end of the process. */
  async end(signal: NodeJS.Signals): Promise<Exit> {
    return this.suffer(() => {
      this.process.signal(signal);
      return this.process.exited;
    });
  }

  /** Lets something go wrong and waits until the worst of it is over; `recovered` measures from its beginning. */
  async suffer<Outcome>(whatGoesWrong: () => Promise<Outcome>): Promise<Outcome> {
    const at = performance.now();
    this.cutDeliveries += this.inbox.underWay;
    const outcome = await whatGoesWrong();
    this.fault = { at, overAt: performance.now() };
    return outcome;
  }

  /**
   * A new process on the same data and the same port. Does not wait for it.
   * @param main of another version
   */
  restart(main?: string): void {
    if (this.closed) throw new Error('interrupted');
    const port = Number(new URL(this.url).port);
    this.process = new GatewayProcess({ dataDir: this.dataDir, port, env: this.env, ...(main && { main }) });
  }

  /**
   * Waits until a notification is accepted again after the latest fault.
   * @throws when the gateway ends or takes too long
   */
  async recovered(): Promise<void> {
    if (!this.fault) return;
    const { at, overAt } = this.fault;
    const seen = await Promise.race([
      this.load.answeredAfter(overAt).then(() => 'accepted'),
      this.process.exited.then(({ code, signal }) => `the gateway ended by itself (${code ?? signal})`),
      sleep(RECOVERY_MS, `nothing was accepted for ${RECOVERY_MS} ms`, { ref: false }),
    ]);
    if (seen !== 'accepted') throw new Error(`${seen}:\n${this.process.output}`);
    this.recoveries.push(performance.now() - at);
    this.fault = undefined;
  }

  async settle(): Promise<void> {
    await this.recovered();
    await this.load.finish();
    this.problems.push(...beyond(this.surroundings.excused, this.load.failures));
  }

  async stop(): Promise<string[]> {
    const { code } = await this.process.stop();
    return code === 0 ? [] : [`the last stop ended with ${code}`];
  }

  private async close(): Promise<void> {
    this.closed = true;
    await this.load.abandon();
    await this.process.stop();
  }
}
