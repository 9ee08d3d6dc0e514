import { DataSource, type EntityManager } from 'typeorm';
import { withoutSilence } from '../database/silent-connections';
import type { DurableConsumer } from './durable-consumer';
import type { EventLog } from './event-log';

/** Why a rebuild is not begun, for the person at the terminal: the message alone is enough. */
export class RebuildRefused extends Error {}

/**
 * Builds what a consumer has made of the log once more, from its beginning. One transaction: readers see the
 * old until the new is complete, and the consumer itself waits for its cursor.
 * @returns how many events it was built from
 * @throws RebuildRefused when retention has taken the beginning of the log away: it could only be built in part
 */
export function rebuild(dataSource: DataSource, log: EventLog, consumer: DurableConsumer): Promise<number> {
  const { name } = consumer;
  if (!consumer.reset) throw new RebuildRefused(`"${name}" does not build anything that could be rebuilt`);
  return dataSource.transaction((tx) =>
    // To empty a large table takes its time.
    withoutSilence(tx, async () => {
      await tx.query('SET LOCAL statement_timeout = 0');
      await tx.query('SELECT FROM event_cursor WHERE consumer = $1 FOR UPDATE', [name]);
      await refuseUnlessWhole(tx, log, name);
      await consumer.reset?.(tx);
      return handleAll(tx, log, consumer);
    }),
  );
}

async function refuseUnlessWhole(tx: EntityManager, log: EventLog, name: string): Promise<void> {
  const head = await log.head(tx);
  const [first] = await log.read(tx, 0, 1);
  if (head === 0 || first?.position === 1) return;
  const begin = first?.position ?? head + 1;
  throw new RebuildRefused(`the event log begins at ${begin}: "${name}" can not be built from it any more`);
}

async function handleAll(tx: EntityManager, log: EventLog, consumer: DurableConsumer): Promise<number> {
  let position = 0;
  let handled = 0;
  for (;;) {
    const events = await log.read(tx, position, consumer.batchSize);
    const last = events.at(-1);
    if (!last) break;
    await consumer.handle(events, tx);
    position = last.position;
    handled += events.length;
  }
  await tx.query(
    `INSERT INTO event_cursor (consumer, position) VALUES ($1, $2)
     ON CONFLICT (consumer) DO UPDATE SET position = excluded.position, attempts = 0, error = NULL, retry_at = NULL`,
    [consumer.name, position],
  );
  return handled;
}
