import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import type { Evidence, Invariant } from '../evidence';
import { summarise } from '../summarise';

/** Beside us when compiled: what `npm run rebuild` starts. */
const REBUILD = join(__dirname, '../../../src/rebuild.js');

interface Row {
  wonum: string;
  /** Of the whole row. */
  hash: string;
  /** eventIds in the order of the timeline. */
  timeline: string[];
  anomalies: number;
}

/**
 * The projection tells every work order's life in the order in which it happened, whatever the order in which
 * it came, and is what the log alone would make of it.
 */
export const workOrders: Invariant = async (evidence) => {
  const before = await read(evidence.database);
  const lives = livesIn(evidence);
  const told = ([wonum, ids]: [string, string[]]): boolean =>
    before.get(wonum)?.timeline.join() === ids.join();
  await rebuild(evidence.databaseUrl);
  const after = await read(evidence.database);
  const wonums = [...new Set([...before.keys(), ...after.keys()])];
  return [
    ...summarise(
      'work orders whose timeline is not what was sent',
      [...lives].filter((life) => !told(life)).map(([wonum]) => wonum),
    ),
    ...summarise(
      'work orders with anomalies, of which none was sent',
      wonums.filter((wonum) => before.get(wonum)?.anomalies !== 0),
    ),
    ...summarise(
      'work orders that a rebuild changes',
      wonums.filter((wonum) => before.get(wonum)?.hash !== after.get(wonum)?.hash),
    ),
  ];
};

async function read(database: Client): Promise<Map<string, Row>> {
  const { rows } = await database.query<Row>(
    `SELECT wonum, md5(o::text) AS hash, t.timeline, t.anomalies
     FROM spg_work_order o, LATERAL (
       SELECT array_agg(entry ->> 'eventId' ORDER BY place) AS timeline,
              count(entry -> 'anomalies')::int AS anomalies
       FROM jsonb_array_elements(state -> 'timeline') WITH ORDINALITY AS entries (entry, place)
     ) t`,
  );
  return new Map(rows.map((row) => [row.wonum, row]));
}

/** What was sent about each work order, ascending by eventId, as the books are. */
function livesIn({ ledger }: Evidence): Map<string, string[]> {
  const lives = new Map<string, string[]>();
  for (const [eventId, { wonum }] of ledger.entries) {
    const ids = lives.get(wonum);
    if (ids) ids.push(eventId);
    else lives.set(wonum, [eventId]);
  }
  return lives;
}

/** In a process of its own, beside the gateway that runs. */
async function rebuild(databaseUrl: string): Promise<void> {
  await promisify(execFile)(process.execPath, [REBUILD, 'spg-projector'], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn' },
    timeout: 120_000,
  });
}
