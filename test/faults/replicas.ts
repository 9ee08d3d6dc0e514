import { rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEVELOPMENT } from '../../src/development';
import { Cluster } from '../cluster/cluster';
import type { Replica } from '../cluster/replica';
import { developmentToken } from '../support/bearer-token';
import type { CleanUp } from '../support/clean-up';
import type { Exit } from '../support/gateway-process';
import { makeTempFolder } from '../support/temp-folder';
import { waitFor } from '../support/wait-for';
import { FORGETFUL_NATS, IMPATIENT } from './impatient';
import { Inbox } from './inbox';
import { endedOnce } from './invariants/ended-once';
import { mailboxEmptied } from './invariants/mailbox-emptied';
import { publishedOnce } from './invariants/published-once';
import { Letters } from './letters';
import { Load } from './load';
import { Motion } from './motion';
import type { Stage, StageOptions } from './stage';
import { subscribe } from './subscriptions';
import { summarise } from './summarise';
import { Visitors } from './visitors';

/** Consumers and the poller of the mailbox go on elsewhere within that time. */
const MOVED_MS = 5000;

/** nginx trusts a replica again two seconds after the last of its failures. */
const TRUSTED_MS = 2500;

/** Of the load on one gateway, for the machine is shared by a dozen processes. */
const SHARE = 1 / 10;

/** How a replica was ended. */
interface Restart extends Exit {
  readonly tookMs: number;
  /** Answers that clients got meanwhile, and should not have got. */
  readonly hurt: readonly string[];
}

/** Two replicas for the API and two workers behind nginx, under load of every kind. */
export class Replicas implements Stage {
  readonly recoveries: number[] = [];
  readonly problems: string[] = [];
  cutDeliveries = 0;
  readonly invariants;
  /** Of those answers, how many have been told to somebody. */
  private told = 0;

  private constructor(
    private readonly cluster: Cluster,
    readonly load: Load,
    readonly inbox: Inbox,
    readonly subscriptions: readonly string[],
    private readonly visitors: Visitors,
    private readonly letters: Letters,
    private readonly motion: Motion,
    /** Answers that clients should not have got, in the order of time. */
    private readonly failures: readonly string[],
  ) {
    this.invariants = [endedOnce(visitors), publishedOnce(visitors), mailboxEmptied(letters)];
  }

  static async open(options: StageOptions, cleanUp: CleanUp): Promise<Replicas> {
    const dataDir = await makeTempFolder();
    cleanUp.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 10 }));
    const [inbox, letters] = [await Inbox.open(), await Letters.open()];
    cleanUp.defer(() => Promise.all([inbox.close(), letters.close()]));
    const env = {
      ...IMPATIENT,
      ...FORGETFUL_NATS,
      ...letters.environment,
      MAX_SUBSCRIPTIONS_PER_PARTY: '100000',
    };
    const cluster = await Cluster.start({ dataDir, roles: ['api', 'api', 'worker', 'worker'], env }, cleanUp);
    const { url } = cluster;
    const motion = await Motion.open(cluster.databaseUrl, letters.itas);
    cleanUp.defer(() => motion.close());
    const subscriptions = await subscribe(url, inbox.url);
    const perSecond = options.perSecond * SHARE;
    const failures: string[] = [];
    const load = new Load({
      ...options,
      perSecond,
      url,
      apiKey: DEVELOPMENT.spgApiKey,
      onFailure: ({ what }) => failures.push(`POST /spg/notification: ${what}`),
    });
    cleanUp.defer(() => load.abandon());
    const token = await developmentToken('spg:read', 'events:publish');
    const visitors = new Visitors(url, token, inbox.url, (failure) => failures.push(failure));
    cleanUp.defer(() => visitors.finish());
    await waitFor(
      'the mailbox is subscribed',
      () => letters.itas.calls,
      (calls) => calls.includes('GET /Events/Peek'),
    );
    await load.start();
    visitors.start();
    letters.start();
    return new Replicas(cluster, load, inbox, subscriptions, visitors, letters, motion, failures);
  }

  get url(): string {
    return this.cluster.url;
  }

  get nats(): Cluster['nats'] {
    return this.cluster.nats;
  }

  get healthUrl(): string {
    return this.cluster.replicas[0]?.url ?? '';
  }

  /** Of all clients, not of the load alone: each of them should have got a good answer. */
  get cutRequests(): number {
    return this.failures.length;
  }

  get output(): string {
    return this.cluster.replicas.map(({ name, output }) => `${name}:\n${output}`).join('\n');
  }

  databaseUrl(): Promise<string> {
    return Promise.resolve(this.cluster.databaseUrl);
  }

  /** In turn. */
  replica(round: number): Replica {
    const replica = this.cluster.replicas[round % this.cluster.replicas.length];
    if (!replica) throw new Error('there are no replicas');
    return replica;
  }

  /** Ends a replica by a signal, starts it again, and waits until all goes on and nginx trusts it. */
  async restart(replica: Replica, signal: NodeJS.Signals): Promise<Restart> {
    this.blame(`before ${signal} to ${replica.name}`);
    this.motion.begin();
    this.cutDeliveries += this.inbox.underWay;
    const at = performance.now();
    const exit = await replica.end(signal);
    this.motion.ended();
    const tookMs = Math.round(performance.now() - at);
    replica.restart();
    await replica.ready();
    await sleep(TRUSTED_MS);
    const hurt = this.untold();
    const [name, milliseconds] = this.motion.slowest;
    this.recoveries.push(milliseconds);
    if (milliseconds > MOVED_MS) {
      this.problems.push(
        `${name} stood still for ${Math.round(milliseconds)} ms after ${signal} to ${replica.name}`,
      );
    }
    return { ...exit, tookMs, hurt };
  }

  async settle(): Promise<void> {
    await Promise.all([this.load.finish(), this.visitors.finish()]);
    this.letters.finish();
    this.blame('at the end');
  }

  async stop(): Promise<string[]> {
    const exits = await Promise.all(
      this.cluster.replicas.map(async (replica) => ({ name: replica.name, ...(await replica.stop()) })),
    );
    return exits.flatMap(({ name, code }) =>
      code === 0 ? [] : [`the last stop of ${name} ended with ${code}`],
    );
  }

  /** Nothing is done to anybody between two restarts, so nobody may be hurt then. */
  private blame(when: string): void {
    this.problems.push(...summarise(`requests of clients without a good answer ${when}`, this.untold()));
  }

  private untold(): string[] {
    const untold = this.failures.slice(this.told);
    this.told = this.failures.length;
    return untold;
  }
}
