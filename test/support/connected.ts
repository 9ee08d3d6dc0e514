import { Client } from 'pg';
import { leftOpenByTest } from './left-open';

/** A connection to a database beside those of a gateway, until the test ends it or is over: so no lock outlives that. */
export async function connected(databaseUrl: string): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  leftOpenByTest.add(() => client.end());
  return client;
}
