import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from 'pg';
import type { Cluster } from './cluster';
import { EmbeddedPostgresError } from './embedded-postgres-error';
import { Ownership } from './ownership';
import type { Placement } from './placement';
import { launchPostmaster, type Postmaster, runningPostmaster, stopPostmaster } from './postmaster';
import { removeRecycledPid } from './postmaster-pid';

export interface Claim {
  readonly dataDir: string;
  readonly placement: Placement;
  readonly cluster: Cluster;
  readonly settings: Record<string, string>;
  readonly log: (message: string) => void;
}

/** A server that says nothing for so long is not PostgreSQL. One that is starting or stopping says so. */
const SILENCE_LIMIT_MS = 30_000;
const RETRY_MS = 50;
const MAX_ATTEMPTS = 5;

/**
 * Finds or starts the cluster's server, and becomes its owner. The lock decides alone: of two Kareres that meet here,
 * whichever takes it keeps the server, whoever started it.
 */
export async function claimServer(claim: Claim): Promise<{ postmaster: Postmaster; ownership: Ownership }> {
  for (let attempt = 1; ; attempt++) {
    const running = runningPostmaster(claim.cluster);
    const postmaster = running ?? (await launch(claim));
    const ownership = await ownWhenReady(claim, postmaster).catch(async (error: unknown) => {
      if (!running) await stopPostmaster(postmaster);
      throw error;
    });
    if (ownership === 'taken') throw inUse(claim.dataDir, postmaster);
    if (ownership !== 'exited') {
      if (running)
        claim.log(`Took over the PostgreSQL (pid ${running.pid}) that a killed Karere left running.`);
      return { postmaster, ownership };
    }
    await sleep(attempt * RETRY_MS);
    if (!isWorthAnotherAttempt(claim.cluster, postmaster) || attempt === MAX_ATTEMPTS) {
      throw new EmbeddedPostgresError(
        `PostgreSQL did not start. Its log, ${claim.cluster.log}, ends with:\n${lastLines(postmaster)}`,
      );
    }
  }
}

async function launch({ placement, cluster, settings }: Claim): Promise<Postmaster> {
  removeRecycledPid(cluster.data);
  return launchPostmaster(placement, cluster, settings);
}

/** Waits until the server answers; recovery after a crash takes as long as it takes. */
async function ownWhenReady(
  { cluster, log }: Claim,
  postmaster: Postmaster,
): Promise<Ownership | 'taken' | 'exited'> {
  let deadline = Date.now() + SILENCE_LIMIT_MS;
  while (!postmaster.hasExited()) {
    try {
      return (await Ownership.take(cluster, postmaster, log)) ?? 'taken';
    } catch (error) {
      if (isStartingOrStopping(error)) deadline = Date.now() + SILENCE_LIMIT_MS;
      else if (isRefusal(error) || Date.now() > deadline) throw doesNotAnswer(cluster, postmaster, error);
      await sleep(RETRY_MS);
    }
  }
  return 'exited';
}

/**
 * It was the end of a server that was running, another Karere was faster, the port was taken before PostgreSQL had
 * it, or sessions of a killed server are still ending.
 */
function isWorthAnotherAttempt(cluster: Cluster, exited: Postmaster): boolean {
  const log = exited.readLog();
  return (
    log === '' ||
    runningPostmaster(cluster) !== undefined ||
    /lock file|could not bind|still in use/.test(log)
  );
}

function isStartingOrStopping(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '57P03'; // cannot_connect_now
}

function isRefusal(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code?.startsWith('28') ?? false); // invalid authorization
}

function inUse(dataDir: string, postmaster: Postmaster): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The data directory ${dataDir} is in use by another Karere (PostgreSQL pid ${postmaster.pid}). ` +
      `Stop it, or set DATA_DIR to another folder.`,
  );
}

function doesNotAnswer(cluster: Cluster, postmaster: Postmaster, cause: unknown): EmbeddedPostgresError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EmbeddedPostgresError(
    `PostgreSQL (pid ${postmaster.pid}) in ${cluster.folder} does not let us in on port ${postmaster.port}: ${reason}\n` +
      lastLines(postmaster),
    { cause },
  );
}

function lastLines(postmaster: Postmaster): string {
  return postmaster.readLog().trim().split('\n').slice(-10).join('\n');
}
