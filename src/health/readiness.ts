import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { findPendingMigrations } from '../database/find-pending-migrations';
import { type ConsumerState, ConsumerStates } from './consumer-states';
import { HealthInformation } from './health-information';

const DATABASE_TIMEOUT_MS = 2000;

export interface ReadinessReport {
  readonly status: 'ready' | 'not-ready';
  /** Why not. */
  readonly reasons: readonly string[];
  readonly database: 'up' | 'down';
  /** Names of migrations that this version needs and the database lacks. */
  readonly pendingMigrations: readonly string[];
  /**
   * Information only: a replica that is behind still takes in notifications, and taking it out of the
   * balancer would lose what it could have stored.
   */
  readonly consumers: readonly ConsumerState[];
  /** Information only: what features tell of themselves, such as a partner that can't be reached. */
  readonly information: Readonly<Record<string, object>>;
}

/** Whether a load balancer should send requests to this process. */
@Injectable()
export class Readiness {
  private draining = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly states: ConsumerStates,
    private readonly information: HealthInformation,
  ) {}

  /** From now on "not ready": the process is about to stop. */
  drain(): void {
    this.draining = true;
  }

  get isDraining(): boolean {
    return this.draining;
  }

  async report(): Promise<ReadinessReport> {
    const found = await Promise.race([
      this.look(),
      sleep(DATABASE_TIMEOUT_MS, undefined, { ref: false }),
    ]).catch(() => undefined);
    const pendingMigrations = found?.pendingMigrations ?? [];
    const reasons = [
      ...(this.draining ? ['the process is shutting down'] : []),
      ...(found ? [] : ['the database does not answer']),
      ...(pendingMigrations.length > 0 ? ['the database lacks migrations'] : []),
    ];
    return {
      status: reasons.length === 0 ? 'ready' : 'not-ready',
      reasons,
      database: found ? 'up' : 'down',
      pendingMigrations,
      consumers: found?.consumers ?? [],
      information: found?.information ?? {},
    };
  }

  private async look(): Promise<Pick<ReadinessReport, 'pendingMigrations' | 'consumers' | 'information'>> {
    const pending = await findPendingMigrations(this.dataSource);
    if (pending.length > 0) return { pendingMigrations: pending, consumers: [], information: {} };
    const { consumers } = await this.states.read();
    return { pendingMigrations: pending, consumers, information: await this.information.read() };
  }
}
