import { auditKarere } from '../audit';
import { askFor } from '../journey/party-request';
import { query } from '../server';
import type { Subject } from '../subject';

/** What there has to be after a turn. */
interface Expected {
  readonly replica: Subject;
  readonly firstEventId: number;
  /** Of the event log, before the first of them. */
  readonly position: string;
  /** In all turns. */
  readonly accepted: number;
  /** In this turn. */
  readonly acceptedNow: number;
  /** By the sink, in this turn. */
  readonly receivedNow: number;
  /** Of each notification. */
  readonly deliveries: number;
}

interface LedgerAnswer {
  readonly total: { readonly matched: number; readonly sent: number; readonly balanced: boolean };
}

const WRITTEN = `
  SELECT (SELECT count(*)::int FROM delivery_notification WHERE status = 'sent') AS sent,
    (SELECT count(*)::int FROM delivery_notification WHERE status <> 'sent') AS other,
    (SELECT count(*)::int FROM delivery_attempt) AS attempts,
    (SELECT count(*)::int FROM parked_event) AS parked`;

/** @throws Error unless what was accepted is stored, and each delivery was made once, recorded once, and in the ledger */
export async function assertNothingLost(expected: Expected): Promise<void> {
  const { replica, accepted, acceptedNow, receivedNow, deliveries } = expected;
  const { databaseUrl } = replica;
  await auditKarere({ databaseUrl, ...expected });
  const [written] = await query<{ sent: number; other: number; attempts: number; parked: number }>(
    databaseUrl,
    WRITTEN,
  );
  const { total } = await askFor<LedgerAnswer>(replica, { partyId: 'owner', path: '/ledger' });
  const wanted = accepted * deliveries;
  const fits =
    receivedNow === acceptedNow * deliveries &&
    written?.sent === wanted &&
    written.attempts === wanted &&
    written.other === 0 &&
    written.parked === 0 &&
    total.matched === wanted &&
    total.sent === wanted &&
    total.balanced;
  if (!fits) {
    throw new Error(
      `${wanted} deliveries should be there, not ${JSON.stringify({ ...written, ledger: total, receivedNow })}`,
    );
  }
}
