import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import type { CleanUp } from '../support/clean-up';
import { findLastingPort } from '../support/lasting-port';
import { NatsServer, natsServerPath } from '../support/nats-server';
import { Nginx, nginxPath } from '../support/nginx';
import { Replica, type Role } from './replica';

interface ClusterOptions {
  /** For PostgreSQL, and the working directory of the replicas. */
  readonly dataDir: string;
  readonly roles: readonly Role[];
  /** Of nginx; the replicas have those that follow. Default: any free ones. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Told what a person should see. */
  readonly log?: (line: string) => void;
}

/** As in `docker/compose.yaml`, but that nobody waits long. */
const ENV = {
  // nginx.
  TRUST_PROXY: '1',
  // More than nginx keeps an idle connection.
  SHUTDOWN_DELAY_MS: '3000',
};

/** The topology of `docker/compose.yaml` as plain processes: replicas on one PostgreSQL, behind nginx and with NATS, if there are any. */
export class Cluster {
  private constructor(
    /** Of nginx, or of the first replica that serves the API. */
    readonly url: string,
    readonly databaseUrl: string,
    readonly replicas: readonly Replica[],
    readonly nginx: Nginx | undefined,
    readonly nats: NatsServer | undefined,
  ) {}

  /** All of it is ready then; `cleanUp` ends it. */
  static async start(options: ClusterOptions, cleanUp: CleanUp): Promise<Cluster> {
    const { dataDir, port, log = () => undefined } = options;
    const postgres = await startEmbeddedPostgres({ dataDir, log });
    cleanUp.defer(() => postgres.stop());
    const wantsOurs = natsServerPath !== undefined && options.env?.['NATS_URL'] === undefined;
    const nats = wantsOurs ? await NatsServer.start() : undefined;
    if (nats) cleanUp.defer(() => nats.stop());
    const replicas = await startReplicas(options, {
      DATABASE_URL: postgres.url,
      ...(nats && { NATS_URL: nats.url }),
    });
    cleanUp.defer(() => Promise.all(replicas.map((replica) => replica.stop())));
    await Promise.all(replicas.map((replica) => replica.ready()));
    const apis = replicas.filter(({ role }) => role !== 'worker').map(({ url }) => url);
    const nginx = nginxPath === undefined ? undefined : await Nginx.start(apis, port);
    if (nginx) cleanUp.defer(() => nginx.stop());
    return new Cluster(nginx?.url ?? apis[0] ?? '', postgres.url, replicas, nginx, nats);
  }
}

async function startReplicas(
  { dataDir, roles, port, env = {}, log }: ClusterOptions,
  servers: Readonly<Record<string, string>>,
): Promise<Replica[]> {
  const replicas: Replica[] = [];
  for (const [index, role] of roles.entries()) {
    const name = `${role}-${1 + replicas.filter((each) => each.role === role).length}`;
    replicas.push(
      new Replica({
        name,
        role,
        port: port === undefined ? await findLastingPort() : port + 1 + index,
        dataDir,
        env: { ...ENV, ...servers, ...env },
        // What it logs, not how it greets.
        onLine: log && ((line) => line.startsWith('{') && log(`${name} | ${brief(line)}`)),
      }),
    );
  }
  return replicas;
}

/** A line of the log as a person likes it. */
function brief(line: string): string {
  const { level, msg, err } = JSON.parse(line) as { level: string; msg: string; err?: { message: string } };
  return `${level}: ${msg}${err ? ` (${err.message})` : ''}`;
}
