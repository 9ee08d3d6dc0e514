import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, ENVIRONMENT } from './cluster';
import type { Placement } from './placement';
import { findPostmaster } from './postmaster-pid';
import { give, identityOf } from './postgres-user';

/** PostgreSQL's main process: one that we started, or one that an earlier Karere left running. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** What the server wrote to its log since we started it; nothing for one that was already running. */
  readLog(): string;
  hasExited(): boolean;
}

const LISTEN_ON = '127.0.0.1';

const SETTINGS = {
  listen_addresses: LISTEN_ON,
  unix_socket_directories: '', // their paths are limited to 107 characters, and nobody here needs one
  max_connections: '100',
  shared_buffers: '128MB',
};

const FAST_SHUTDOWN_MS = 8_000;
const IMMEDIATE_SHUTDOWN_MS = 6_000; // PostgreSQL itself kills what has not stopped after 5 s

/** The server that already runs on this cluster, if one does. */
export function runningPostmaster(cluster: Cluster): Postmaster | undefined {
  const found = findPostmaster(cluster.data);
  return (
    found && {
      ...found,
      readLog: () => '',
      hasExited: () => findPostmaster(cluster.data)?.pid !== found.pid,
    }
  );
}

/**
 * Starts the server, and does not wait until it answers. It gets a session of its own, so that Ctrl-C in the
 * terminal reaches only us, and we can finish our work on the database before we stop it.
 */
export async function launchPostmaster(
  { binaries, user }: Placement,
  cluster: Cluster,
  settings: Record<string, string>,
): Promise<Postmaster> {
  const port = await freePort();
  const log = openSync(cluster.log, 'a', 0o600);
  await give(cluster.log, user);
  const logStart = statSync(cluster.log).size;
  const all = Object.entries({ ...SETTINGS, ...settings, port: String(port) });
  const child = spawn(
    binaries.postgres,
    ['-D', cluster.data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: cluster.folder,
      env: ENVIRONMENT,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
      ...identityOf(user),
    },
  );
  closeSync(log);
  child.unref();
  let failure = '';
  child.once('error', (error) => (failure = error.message));
  return {
    pid: child.pid ?? 0,
    port,
    readLog: () => failure || readFileSync(cluster.log).subarray(logStart).toString(),
    hasExited: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
  };
}

/** Fast shutdown (sessions are ended, data is written), immediate shutdown when that takes too long. */
export async function stopPostmaster(postmaster: Postmaster): Promise<void> {
  signal(postmaster, 'SIGINT');
  if (await waitForExit(postmaster, FAST_SHUTDOWN_MS)) return;
  signal(postmaster, 'SIGQUIT');
  if (await waitForExit(postmaster, IMMEDIATE_SHUTDOWN_MS)) return;
  signal(postmaster, 'SIGKILL');
}

/** Asks for a fast shutdown without waiting for it. */
export function interruptPostmaster(postmaster: Postmaster): void {
  signal(postmaster, 'SIGINT');
}

function signal(postmaster: Postmaster, name: NodeJS.Signals): void {
  if (postmaster.hasExited()) return;
  try {
    process.kill(postmaster.pid, name);
  } catch {
    // It exited in between.
  }
}

async function waitForExit(postmaster: Postmaster, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (!postmaster.hasExited()) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** A port that is free now. It can be taken before PostgreSQL binds it: the caller then tries again. */
async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, LISTEN_ON, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
