import { toCloudEvent } from '../../../src/events/cloud-event';
import { type EventRow, toEvent } from '../../../src/events/event-log';
import { query } from '../server';

const EVENTS = `SELECT * FROM domain_event WHERE type LIKE 'spg.%' ORDER BY position LIMIT 1200`;

/** Of an event as teams get it over the wire, on average: JSON, without what the transport adds. */
export async function measureEventBytes(databaseUrl: string): Promise<number> {
  const rows = await query<EventRow>(databaseUrl, EVENTS);
  const sizes = rows.map((row) => Buffer.byteLength(JSON.stringify(toCloudEvent(toEvent(row)))));
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}
