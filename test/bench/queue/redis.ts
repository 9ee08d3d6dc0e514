import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CleanUp } from '../../support/clean-up';

const START_LIMIT_MS = 10_000;

/**
 * Starts a Redis server in a folder of its own, which keeps what it is told at most a second later on disk (its usual
 * setting for queues; PostgreSQL does at once).
 * @returns its socket; undefined when there is no `redis-server` here
 */
export async function startRedis(folder: string, cleanUp: CleanUp): Promise<string | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  const dir = join(folder, 'redis');
  const socket = join(dir, 'redis.sock');
  await mkdir(dir, { recursive: true });
  const settings = {
    port: '0',
    unixsocket: socket,
    dir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  cleanUp.defer(async () => {
    if (server.exitCode !== null) return;
    server.kill();
    await once(server, 'exit');
  });
  for (const deadline = Date.now() + START_LIMIT_MS; Date.now() < deadline; await sleep(50)) {
    if (await answers(socket)) return socket;
  }
  throw new Error('redis-server does not answer');
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path, () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => resolve(false));
  });
}
