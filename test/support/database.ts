import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** Name of the environment variable by which the tests' processes learn of the server. */
export const SERVER_URL = 'KARERE_TEST_POSTGRES';

export const TEMPLATE = 'karere_template';

export function databaseUrl(name: string): string {
  const url = new URL(process.env[SERVER_URL] ?? '');
  url.pathname = `/${name}`;
  return url.href;
}

export async function onServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: process.env[SERVER_URL] });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A database of its own: a migrated one, or an empty one. */
export function createDatabase(kind: 'migrated' | 'empty' = 'migrated'): Promise<string> {
  return cloneOf(kind === 'migrated' ? TEMPLATE : 'template0');
}

/** Another one with all that is in it; nobody may be connected to it. */
export function copyDatabase(url: string): Promise<string> {
  return cloneOf(new URL(url).pathname.slice(1));
}

async function cloneOf(template: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return databaseUrl(name);
}

export async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await onServer((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
}
