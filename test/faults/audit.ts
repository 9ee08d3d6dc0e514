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
  /** Everything that must not be; empty when all is well. */
  readonly breaches: readonly string[];
}

/** Compares what the sender was told with what is there and what subscribers got, when nothing is on its way any more. */
export async function audit(stage: Stage): Promise<Audit> {
  const { load, inbox, subscriptions, nats, url, healthUrl } = stage;
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
    const breaches = ledger.breaches;
    for (const invariant of [...INVARIANTS, ...stage.invariants])
      breaches.push(...(await invariant(evidence)));
    const storage = await compareStorage(evidence);
    const stream = await compareStream(evidence);
    return { ...storage, ...stream, breaches: [...breaches, ...storage.breaches, ...stream.breaches] };
  } finally {
    await database.end();
  }
}
