import { connected } from './connected';
import { type Gateway, startGateway } from './gateway';

interface PausingReplica {
  readonly replica: Gateway;
  /** Lets its claims run to their end, from now on. */
  goOn(): Promise<void>;
}

/** A replica whose claims stop between looking at the queue and taking from it, until they are let go. */
export async function startPausingReplica(
  { databaseUrl }: Pick<Gateway, 'databaseUrl'>,
  env: Record<string, string> = {},
): Promise<PausingReplica> {
  const operator = await connected(databaseUrl);
  await operator.query('SELECT pg_advisory_lock(1)');
  // The claim puts what it has seen into an order by random(), and this one stands before that of the system.
  await operator.query(`
    CREATE SCHEMA pausing;
    CREATE FUNCTION pausing.random() RETURNS float8 LANGUAGE sql
      AS 'SELECT pg_catalog.random() FROM pg_advisory_xact_lock_shared(1)'`);
  const url = new URL(databaseUrl);
  url.searchParams.set('options', '-c search_path=pausing,public,pg_catalog');
  return { replica: await startGateway({ databaseUrl: url.href, env }), goOn: () => operator.end() };
}
