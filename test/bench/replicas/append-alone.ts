import { Client } from 'pg';
import { appendToEventLog } from '../../../src/events/append.sql';

const SECONDS = 1;

/** Events of notifications, as there are some in the log. */
const SAMPLE = `
  CREATE TEMP TABLE sample AS
  SELECT row_number() OVER () AS ord, type, source, subject, party_ids, correlation_id, traceparent, data
  FROM (SELECT * FROM domain_event WHERE type LIKE 'spg.%' ORDER BY position DESC LIMIT $1) events`;

const APPEND = `
  WITH ${appendToEventLog('sample')}
  SELECT count(*)::int AS events FROM appended, woken`;

const BATCHES = [1, 16, 256];

/** Events appended in transactions of one size. */
export interface Appends {
  readonly batch: number;
  readonly perSecond: number;
}

/**
 * How many events a second one connection can append, one transaction after the other. All who append do just that,
 * from the lock on the log's head to the commit: so with any number of replicas there are no more.
 */
export async function measureAppends(databaseUrl: string): Promise<Appends[]> {
  const appends: Appends[] = [];
  for (const batch of BATCHES) appends.push({ batch, perSecond: await appendBatches(databaseUrl, batch) });
  return appends;
}

async function appendBatches(databaseUrl: string, batch: number): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(SAMPLE.replace('$1', String(batch)));
    await client.query('ANALYZE sample');
    let events = 0;
    const start = performance.now();
    while (performance.now() < start + 1000 * SECONDS) {
      const { rows } = await client.query<{ events: number }>({ name: 'append', text: APPEND });
      events += rows[0]?.events ?? 0;
    }
    return (1000 * events) / (performance.now() - start);
  } finally {
    await client.end();
  }
}
