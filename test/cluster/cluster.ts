import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres';
import type { CleanUp } from '../support/clean-up';
import { findLastingPort } from '../support/lasting-port';
import { Nginx, nginxPath } from '../support/nginx';
import { Replica, type Role } from './replica';

interface ClusterOptions {
  /** For PostgreSQL, and the working directory of the replicas. */
  readonly dataDir: string;
  readonly roles: readonly Role[];
  readonly env?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}

/** As in `docker/compose.yaml`, but that nobody waits long. */
const ENV = {
  // nginx.
  TRUST_PROXY: '1',
  // More than nginx keeps an idle connection.
  SHUTDOWN_DELAY_MS: '3000',
};

/** The topology of `docker/compose.yaml` as plain processes: replicas on one PostgreSQL, behind nginx if there is one. */
export class Cluster {
  private constructor(
    /** Of nginx, or of the first replica that serves the API. */
    readonly url: string,
    readonly databaseUrl: string,
    readonly replicas: readonly Replica[],
    readonly nginx: Nginx | undefined,
  ) {}

  /** All of it is ready then; `cleanUp` ends it. */
  static async start(
    { dataDir, roles, env = {}, log = () => undefined }: ClusterOptions,
    cleanUp: CleanUp,
  ): Promise<Cluster> {
    const postgres = await startEmbeddedPostgres({ dataDir, log });
    cleanUp.defer(() => postgres.stop());
    const counts = new Map<Role, number>();
    const replicas: Replica[] = [];
    for (const role of roles) {
      const number = (counts.get(role) ?? 0) + 1;
      counts.set(role, number);
      const replica = new Replica({
        name: `${role}-${number}`,
        role,
        port: await findLastingPort(),
        dataDir,
        env: { ...ENV, ...env, DATABASE_URL: postgres.url },
      });
      replicas.push(replica);
    }
    cleanUp.defer(() => Promise.all(replicas.map((replica) => replica.stop())));
    await Promise.all(replicas.map((replica) => replica.ready()));
    const apis = replicas.filter(({ role }) => role !== 'worker').map(({ url }) => url);
    const nginx = nginxPath === undefined ? undefined : await Nginx.start(apis);
    if (nginx) cleanUp.defer(() => nginx.stop());
    return new Cluster(nginx?.url ?? apis[0] ?? '', postgres.url, replicas, nginx);
  }
}
