import { query } from './server';

/** A turn as the client saw it. */
interface Claim {
  readonly databaseUrl: string;
  readonly firstEventId: number;
  /** Position of the event log before it. */
  readonly position: string;
  /** How many 200s there were. */
  readonly accepted: number;
}

/** Compares what was answered with what is stored: a subject that is fast because it loses some must not count. */
export type Audit = (claim: Claim) => Promise<void>;

/** Each notification once, and one domain event for each. */
export const auditKarere: Audit = async ({ databaseUrl, firstEventId, position, accepted }) => {
  await expectRows(databaseUrl, accepted, 'FROM spg_notification WHERE event_id >= $1', [firstEventId]);
  const events = `FROM domain_event WHERE position > $1 AND type NOT LIKE 'spg.gap.%'`;
  await expectRows(databaseUrl, accepted, events, [position]);
};

/** Each notification once. */
export const auditSaveEach: Audit = ({ databaseUrl, firstEventId, accepted }) =>
  expectRows(databaseUrl, accepted, 'FROM spg_notification WHERE event_id >= $1', [firstEventId]);

export const auditBareExpress: Audit = ({ databaseUrl, firstEventId, accepted }) =>
  expectRows(databaseUrl, accepted, 'FROM bare_notification WHERE event_id >= $1', [firstEventId]);

/** Nothing at all. */
export const auditNoWrite: Audit = ({ databaseUrl }) =>
  expectRows(databaseUrl, 0, 'FROM spg_notification', []);

export async function headOf(databaseUrl: string): Promise<string> {
  const [row] = await query<{ position: string }>(databaseUrl, 'SELECT position FROM event_log_head');
  return row?.position ?? '0';
}

async function expectRows(
  databaseUrl: string,
  wanted: number,
  from: string,
  parameters: unknown[],
): Promise<void> {
  const [row] = await query<{ rows: number }>(
    databaseUrl,
    `SELECT count(*)::int AS rows ${from}`,
    parameters,
  );
  if (row?.rows !== wanted) throw new Error(`${wanted} rows should be stored, not ${row?.rows}: ${from}`);
}
