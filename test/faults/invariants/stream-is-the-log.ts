import { NatsReader } from '../../support/nats-reader';
import type { Evidence } from '../evidence';
import { summarise } from '../summarise';

interface StreamAudit {
  /** Messages in the stream; undefined: nothing is published here. */
  readonly inStream: number | undefined;
  readonly breaches: string[];
}

/** What a plain NATS client reads is the event log: each event once, in its order, and nothing else. */
export async function compareStream({ nats, database }: Evidence): Promise<StreamAudit> {
  if (!nats) return { inStream: undefined, breaches: [] };
  const reader = await NatsReader.connect(nats.url);
  const messages = await reader.messages();
  await reader.close();
  const { rows } = await database.query<{ id: string }>('SELECT id FROM domain_event ORDER BY position');
  const found = messages.map(({ id }) => id);
  const wanted = rows.map(({ id }) => id);
  const [here, there] = [new Set(found), new Set(wanted)];
  const seen = new Set<string>();
  const passed = messages.filter(({ event }, index) => {
    const previous = messages[index - 1];
    return previous && Number(previous.event['position']) >= Number(event['position']);
  });
  return {
    inStream: messages.length,
    breaches: [
      ...summarise(
        'events lost on the way to the stream',
        wanted.filter((id) => !here.has(id)),
      ),
      ...summarise(
        'messages in the stream that are no events',
        found.filter((id) => !there.has(id)),
      ),
      ...summarise(
        'events more than once in the stream',
        found.filter((id) => seen.has(id) || !seen.add(id)),
      ),
      ...summarise(
        'events out of order in the stream',
        passed.map(({ id }) => id),
      ),
    ],
  };
}
