import { ItasConnector } from '../../src/itas-events/connector';
import type { DomainEvent } from '../../src/events/domain-event';
import { eventsOf } from './events';
import type { Gateway } from './gateway';

type Outcome = NonNullable<Awaited<ReturnType<ItasConnector['runOnce']>>>;

/** One step of a gateway's connector. */
export async function pollOnce({ app }: Pick<Gateway, 'app'>): Promise<Outcome> {
  const outcome = await app.get(ItasConnector).runOnce();
  if (!outcome) throw new Error('the gateway has no mailbox');
  return outcome;
}

/** What came of one step, in a word: `accepted`, `idle`, `failed`, … */
export async function poll(gateway: Pick<Gateway, 'app'>): Promise<string> {
  const outcome = await pollOnce(gateway);
  return outcome.kind === 'taken' ? outcome.as : outcome.kind;
}

/** Steps until the mailbox is empty, whatever fails on the way. @returns what came of each */
export async function emptyMailbox(gateway: Pick<Gateway, 'app'>, atMost = 200): Promise<string[]> {
  const outcomes: string[] = [];
  for (let step = 0; step < atMost; step += 1) {
    outcomes.push(await poll(gateway));
    if (outcomes.at(-1) === 'idle') return outcomes;
  }
  throw new Error(`the mailbox is not empty after ${atMost} steps: ${outcomes.slice(-3).join()}`);
}

/** The ids of the messages that became domain events after a position, in the order of the log. */
export async function messageIdsInLog(gateway: Gateway, after = 0): Promise<string[]> {
  const events: DomainEvent[] = await eventsOf(gateway, after);
  return events.flatMap(({ source, type, data }) =>
    source === '/itas-events' && type !== 'itas.message.dead-lettered' && 'messageId' in data
      ? [data.messageId]
      : [],
  );
}
