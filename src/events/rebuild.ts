import { DataSource } from 'typeorm';
import type { DurableConsumer } from './durable-consumer';
import type { EventLog } from './event-log';

/**
 * Builds what a consumer has made of the log once more, from its beginning. One transaction: readers see the
 * old until the new is complete, and the consumer itself waits for its cursor.
 * @returns how many events it was built from
 * @throws Error when retention has taken the beginning of the log away: it could only be built in part
 */
export function rebuild(dataSource: DataSource, log: EventLog, consumer: DurableConsumer): Promise<number> {
  const { name, batchSize } = consumer;
  if (!consumer.reset) throw new Error(`"${name}" does not build anything that could be rebuilt`);
  return dataSource.transaction(async (tx) => {
    await tx.query('SET LOCAL statement_timeout = 0');
    await tx.query('SELECT FROM event_cursor WHERE consumer = $1 FOR UPDATE', [name]);
    const [first] = await log.read(tx, 0, 1);
    if (first && first.position > 1) {
      throw new Error(
        `the event log begins at ${first.position}: "${name}" can not be built from it any more`,
      );
    }
    await consumer.reset?.(tx);
    let position = 0;
    let handled = 0;
    for (;;) {
      const events = await log.read(tx, position, batchSize);
      const last = events.at(-1);
      if (!last) break;
      await consumer.handle(events, tx);
      position = last.position;
      handled += events.length;
    }
    await tx.query(
      `INSERT INTO event_cursor (consumer, position) VALUES ($1, $2)
       ON CONFLICT (consumer) DO UPDATE SET position = excluded.position, attempts = 0, error = NULL, retry_at = NULL`,
      [name, position],
    );
    return handled;
  });
}
