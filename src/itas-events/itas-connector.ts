import type { Logger } from 'pino';
import type { DataSource } from 'typeorm';
import type { ItasMailboxConfig } from './itas-mailbox-config';
import type { ItasApi } from './itas-api';
import { ItasApiV1 } from './itas-api-v1';
import { ItasApiV2 } from './itas-api-v2';
import { ItasHttp } from './itas-http';
import type { ItasMetrics } from './itas.metrics';
import { Mailbox } from './mailbox';
import type { MailboxIntake } from './mailbox-intake';
import { MailboxLease } from './mailbox-lease';
import { MailboxPoller } from './mailbox-poller';
import { MailboxProgress } from './mailbox-progress';
import { MailboxRegistration } from './mailbox-registration';
import { PatientIntake } from './patient-intake';

/** In milliseconds. */
export interface ConnectorTimes {
  /** How long a replica may be silent until another one takes the mailbox. Default 3000. */
  readonly leaseMs?: number;
  /** How long a message may take to be finished when the process stops. Default 5000. */
  readonly drainMs?: number;
  /** How long the database may take with a message. Default 5000. */
  readonly storeMs?: number;
  /** After how long a topic that ITAS has refused is tried again. Default 3,600,000. */
  readonly refusedMs?: number;
}

interface ConnectorParts {
  readonly dataSource: DataSource;
  readonly intake: MailboxIntake;
  readonly metrics: ItasMetrics;
  readonly logger: Logger;
}

/** The connector to the mailbox at ITAS; without one that is configured it does nothing. */
export class ItasConnector {
  private readonly api: ItasApi | undefined;
  private readonly poller: MailboxPoller | undefined;

  constructor(config: ItasMailboxConfig | undefined, parts: ConnectorParts, times: ConnectorTimes = {}) {
    if (!config) return;
    const { leaseMs = 3000, drainMs = 5000, storeMs = 5000, refusedMs = 3_600_000 } = times;
    const { dataSource, intake, metrics, logger } = parts;
    const key = { server: config.url, name: config.subscriber };
    this.api = apiOf(config);
    const registration = new MailboxRegistration(this.api, dataSource, { ...config, refusedMs }, logger);
    const patient = new PatientIntake(intake, dataSource, key, storeMs);
    const mailbox = new Mailbox(this.api, registration, patient, metrics);
    const lease = new MailboxLease(dataSource, key, leaseMs);
    this.poller = new MailboxPoller(mailbox, lease, drainMs, new MailboxProgress(key, logger));
  }

  start(): void {
    this.poller?.start();
  }

  async stop(): Promise<void> {
    await this.poller?.stop();
  }

  /** One step; undefined when there is no mailbox. For tests. */
  async runOnce(): Promise<Awaited<ReturnType<MailboxPoller['runOnce']>> | undefined> {
    return this.poller?.runOnce();
  }

  /** Closes the connections to ITAS. */
  async close(): Promise<void> {
    await this.api?.close();
  }
}

function apiOf(config: ItasMailboxConfig): ItasApi {
  const http = new ItasHttp(config);
  return config.apiVersion === 1 ? new ItasApiV1(http, config) : new ItasApiV2(http, config);
}
