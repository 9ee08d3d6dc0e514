import { Client } from 'pg';
import { developmentToken } from '../support/bearer-token';
import type { Evidence, Invariant } from './evidence';
import { consumersAtHead } from './invariants/consumers-at-head';
import { deliveredToAll } from './invariants/delivered-to-all';
import { gaplessPositions } from './invariants/gapless-positions';
import { noOpenGap } from './invariants/no-open-gap';
import { originalsByApi } from './invariants/originals-by-api';
import { compareStorage } from './invariants/stored-once';
import { compareStream } from './invariants/stream-is-the-log';
import { workOrders } from './invariants/work-orders';
import type { Stage } from './stage';

/** The consumers first, because the rest is about what they have made. */
const INVARIANTS: readonly Invariant[] = [
  consumersAtHead,
  gaplessPositions,
  noOpenGap,
  originalsByApi,
  workOrders,
  deliveredToAll,
];

/** What was found when all was over. */
interface Audit {
  readonly accepted: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Messages on JetStream, if it publishes. */
  readonly inStream: number | undefined;
}

/**
 * Compares what the sender was told with what is there and what subscribers got, when nothing is on its way any more.
 * Whatever must not be goes to `stage.problems`, one after the other, so that none is lost when the rest can't be read.
 */
export async function audit(stage: Stage): Promise<Audit> {
  const { load, inbox, subscriptions, nats, url, healthUrl, problems } = stage;
  const { ledger } = load;
  const databaseUrl = await stage.databaseUrl();
  const database = new Client({ connectionString: databaseUrl });
  // Should its server go away, the next query says so.
  database.on('error', () => undefined);
  await database.connect();
  try {
    const token = await developmentToken('spg:read');
    const evidence: Evidence = {
      ledger,
      inbox,
      subscriptions,
      nats,
      url,
      healthUrl,
      token,
      databaseUrl,
      database,
    };
    for (const invariant of [...INVARIANTS, ...stage.invariants]) {
      problems.push(...(await invariant(evidence).catch((error: unknown) => [String(error)])));
    }
    const { breaches: inStorage, ...storage } = await compareStorage(evidence);
    problems.push(...inStorage);
    const { breaches: inTheStream, ...stream } = await compareStream(evidence);
    problems.push(...inTheStream);
    return { ...storage, ...stream };
  } finally {
    await database.end();
  }
}
