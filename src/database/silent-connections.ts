import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { poolOf } from './pool';

/** More than the server lets a statement take (`schema.ts`): who is silent for longer is not there any more. */
const SILENCE_MS = 65_000;

/**
 * Ends connections on which the database has not said anything for too long. A connection that was lost without a
 * word would otherwise keep its place in the pool until the system gives it up, for a quarter of an hour or for ever,
 * and when all are lost nothing goes any more.
 */
@Injectable()
export class SilentConnections {
  constructor(dataSource: DataSource) {
    const pool = poolOf(dataSource);
    endWhenSilent(pool, SILENCE_MS);
    surviveEarlyEnds(pool);
  }
}

/** What was asked on such a connection fails with an error for which `isDatabaseAway` is true. */
export function endWhenSilent(pool: Pool, milliseconds: number): void {
  const known = new WeakSet<Socket>();
  // Not at 'connect': there are some already.
  pool.on('acquire', (client) => {
    const socket = socketOf(client);
    if (known.has(socket)) return;
    known.add(socket);
    socket.setTimeout(milliseconds, () => socket.destroy());
  });
}

/** For work in which a statement may take as long as it likes: meanwhile the database may be silent. */
export async function withoutSilence<T>({ queryRunner }: EntityManager, work: () => Promise<T>): Promise<T> {
  if (!queryRunner) throw new Error('a transaction has a connection');
  const socket = socketOf((await queryRunner.connect()) as PoolClient);
  const { timeout = 0 } = socket;
  socket.setTimeout(0);
  try {
    return await work();
  } finally {
    socket.setTimeout(timeout);
  }
}

/**
 * A server that ends a connection in the same breath in which it has opened it says so before whoever asked for the
 * connection has begun to listen for errors, and an error that nobody listens for ends the process. It is not lost:
 * whatever is asked on that connection fails.
 */
export function surviveEarlyEnds(pool: Pool): void {
  pool.on('connect', (client) => client.on('error', () => undefined));
}

/** The types of node-postgres do not know it. */
function socketOf(client: PoolClient): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;
}
