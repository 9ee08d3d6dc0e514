import { setTimeout as sleep } from 'node:timers/promises';
import { headOf } from '../audit';
import { subscribe } from '../journey/subscribe';
import { applyLoad, type LoadOrder, type LoadReport } from '../load/load';
import { FIRST_EVENT_ID } from '../load/notification-bodies';
import type { Server } from '../server';
import type { Sink } from '../sink/start-sink';
import { API_KEY, Subject } from '../subject';
import { cpuBetween, type CpuOfParts, cpuOfParts } from './cpu-of-parts';
import { DatabaseMeter, type StepWork, type TableWork, type WalWork } from './database-meter';
import { assertNothingLost } from './nothing-lost';
import { type Waits, watchWaits } from './watch-waits';
import { wholeWay } from './whole-way';

/** So many replicas on one database. */
export interface FleetOrder {
  readonly server: Server;
  readonly sink: Sink;
  readonly replicas: number;
  /** How many webhooks each subscription has, all to everything: so many deliveries of each notification. */
  readonly webhooks: readonly number[];
  readonly connections: number;
}

/** What they are to receive. */
export type Course = Pick<LoadOrder, 'seconds' | 'most' | 'perSecond'>;

export interface Turn {
  readonly load: LoadReport;
  /** From the first POST until the last delivery was recorded. */
  readonly seconds: number;
  /** In that time. */
  readonly cpu: CpuOfParts;
  readonly waits: Waits;
  readonly steps: readonly StepWork[];
  readonly wal: WalWork;
}

/** All of its life. */
export interface Sum {
  readonly notifications: number;
  readonly tables: readonly TableWork[];
}

/** What is resumed does first what it has put off. */
const REST_MS = 700;

/**
 * Replicas of Karere as it ships, and what they did in each turn. Between its turns they are paused, because one that
 * has run for a while costs less than a new one, and one that is idle is not for free.
 */
export class Fleet {
  private nextEventId = FIRST_EVENT_ID;
  private position = '0';

  private constructor(
    private readonly order: FleetOrder,
    private readonly replicas: readonly Subject[],
    private readonly database: string,
    private readonly meter: DatabaseMeter,
  ) {}

  static async start(order: FleetOrder): Promise<Fleet> {
    const { server } = order;
    const database = `replicas_${order.replicas}_${order.webhooks.join('_')}`;
    const databaseUrl = await server.createDatabase(database);
    const meter = await DatabaseMeter.of(server, databaseUrl);
    const replicas: Subject[] = [];
    for (let number = 1; number <= order.replicas; number += 1) {
      const replica = { name: `${database}: ${number}`, program: 'src/main.js', env: { ROLE: 'all' } };
      replicas.push(await Subject.start(replica, databaseUrl, server.folder));
    }
    const fleet = new Fleet(order, replicas, database, meter);
    await fleet.subscribe();
    fleet.pause();
    return fleet;
  }

  get deliveries(): number {
    return this.order.webhooks.reduce((sum, webhooks) => sum + webhooks, 0);
  }

  get replicaCount(): number {
    return this.order.replicas;
  }

  get name(): string {
    const { replicas, webhooks } = this.order;
    return `${replicas} replica(s), ${webhooks.length} subscriber(s), deliveries: ${this.deliveries}`;
  }

  get databaseUrl(): string {
    return this.first.databaseUrl;
  }

  /** @throws Error when something was refused, or lost, or delivered twice */
  async takeTurn(course: Course): Promise<Turn> {
    const { server, sink } = this.order;
    const parts = { replicas: this.replicas, server, sink };
    await server.checkpoint();
    this.resume();
    await sleep(REST_MS);
    const { received } = await sink.count();

    const before = await cpuOfParts(parts);
    await this.meter.start();
    const endWatch = watchWaits(server, this.database);
    const start = performance.now();
    const load = await this.send(course);
    await wholeWay(this.databaseUrl);
    const seconds = (performance.now() - start) / 1000;
    const steps = await this.meter.stop();
    const waits = await endWatch();
    const cpu = cpuBetween(before, await cpuOfParts(parts), load.clientCpuSeconds);

    await this.audit(load, (await sink.count()).received - received);
    this.pause();
    const wal = await this.meter.wal();
    await this.meter.vacuum();
    return { load, seconds, cpu, waits, steps, wal };
  }

  /** Stops it. What it has done stays in its database. */
  async end(): Promise<Sum> {
    await this.stop();
    const notifications = this.nextEventId - FIRST_EVENT_ID;
    return { notifications, tables: await this.meter.tables() };
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }

  private get first(): Subject {
    const [first] = this.replicas;
    if (!first) throw new Error('there is no replica');
    return first;
  }

  private async subscribe(): Promise<void> {
    const hooks = this.order.sink.origins.map((origin) => `${origin}/hook`);
    for (const webhooks of this.order.webhooks) await subscribe(this.first, ...hooks.splice(0, webhooks));
    await wholeWay(this.databaseUrl);
    this.position = await headOf(this.databaseUrl);
  }

  private async send(course: Course): Promise<LoadReport> {
    const report = await applyLoad({
      urls: this.replicas.map(({ url }) => url),
      apiKey: API_KEY,
      connections: this.order.connections,
      warmUpSeconds: 0,
      firstEventId: this.nextEventId,
      ...course,
    });
    if (report.refused > 0) {
      throw new Error(`${report.refused} were not accepted, the first one: ${report.firstRefusal}`);
    }
    this.nextEventId = report.nextEventId;
    return report;
  }

  private audit({ accepted }: LoadReport, received: number): Promise<void> {
    return assertNothingLost({
      replica: this.first,
      firstEventId: FIRST_EVENT_ID,
      position: this.position,
      accepted: this.nextEventId - FIRST_EVENT_ID,
      acceptedNow: accepted,
      receivedNow: received,
      deliveries: this.deliveries,
    });
  }

  private pause(): void {
    for (const replica of this.replicas) replica.pause();
  }

  private resume(): void {
    for (const replica of this.replicas) replica.resume();
  }
}
