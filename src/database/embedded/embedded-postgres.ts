import { resolve } from 'node:path';
import { claimServer } from './claim';
import { openCluster, SUPERUSER } from './cluster';
import { explainFolderFailure } from './embedded-postgres-error';
import { choosePlacement } from './placement';
import { interruptPostmaster, stopPostmaster } from './postmaster';

/** A running PostgreSQL that belongs to this process. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** Stops the server after everything is written, within 15 s. May be called more than once. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Folder that holds everything: the cluster in `<dataDir>/postgres`, created when missing. */
  dataDir: string;
  /** Created when missing. Default `karere`. */
  database?: string;
  /** Server settings in addition to ours, such as `fsync: 'off'` for tests. Default none. */
  settings?: Record<string, string>;
  /** Receives the few lines that a person should see. */
  log: (message: string) => void;
}

/**
 * Starts a real PostgreSQL as a child process, on a free port of 127.0.0.1, with its data in the data directory. A
 * server that a killed Karere left behind there is taken over as it is.
 *
 * Throws EmbeddedPostgresError when the folder cannot be used, or another Karere uses it, or PostgreSQL cannot start;
 * nothing is left running then.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { database = 'karere', settings = {}, log } = options;
  const dataDir = resolve(options.dataDir);
  try {
    const placement = await choosePlacement(dataDir, log);
    const cluster = await openCluster(placement, { durable: settings['fsync'] !== 'off' });
    const { postmaster, ownership } = await claimServer({ dataDir, placement, cluster, settings, log });

    // A process that ends without stop(), say on an uncaught exception, still does not leave a server behind.
    const onExit = (): void => {
      if (ownership.isHeld) interruptPostmaster(postmaster);
    };
    const shutDown = async (): Promise<void> => {
      process.off('exit', onExit);
      ownership.expectShutdown();
      // The server is stopped while we still own it, so nobody can take over one that is about to stop.
      if (ownership.isHeld) await stopPostmaster(postmaster);
      await ownership.release();
    };
    process.once('exit', onExit);

    try {
      await ownership.createDatabaseIfMissing(database);
    } catch (error) {
      await shutDown();
      throw error;
    }
    const url = `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${postmaster.port}/${encodeURIComponent(database)}`;
    let stopped: Promise<void> | undefined;
    return { url, stop: () => (stopped ??= shutDown()) };
  } catch (error) {
    throw explainFolderFailure(dataDir, error);
  }
}
