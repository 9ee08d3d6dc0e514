import { DataSource } from 'typeorm';
import { readConfig } from '../../src/config';
import { LOGGER } from '../../src/config.module';
import type { DomainEvent } from '../../src/events/domain-event';
import { type ConnectorTimes, ItasConnector } from '../../src/itas-events/itas-connector';
import { ItasMetrics } from '../../src/itas-events/itas.metrics';
import { MailboxIntake } from '../../src/itas-events/mailbox-intake';
import { eventsOf } from './events';
import type { Gateway } from './gateway';

type Outcome = NonNullable<Awaited<ReturnType<ItasConnector['runOnce']>>>;

/** A gateway with its own connector, or a connector. */
type Polling = Pick<Gateway, 'app'> | ItasConnector;

/** Another connector in a gateway, as another replica has it: with a configuration of its own. */
export function connectorFor(
  { app }: Pick<Gateway, 'app'>,
  env: Readonly<Record<string, string>>,
  times?: ConnectorTimes,
): ItasConnector {
  const { itas } = readConfig({ ITAS_POLL_SECONDS: '0', ITAS_TIMEOUT_MS: '250', ...env });
  const parts = {
    dataSource: app.get(DataSource),
    intake: app.get(MailboxIntake),
    metrics: app.get(ItasMetrics),
    logger: app.get(LOGGER),
  };
  return new ItasConnector(itas.mailbox, parts, times);
}

/** One step. */
export async function pollOnce(polling: Polling): Promise<Outcome> {
  const connector = polling instanceof ItasConnector ? polling : polling.app.get(ItasConnector);
  const outcome = await connector.runOnce();
  if (!outcome) throw new Error('there is no mailbox to poll');
  return outcome;
}

/** What came of one step, in a word: `accepted`, `idle`, `failed`, … */
export async function poll(polling: Polling): Promise<string> {
  const outcome = await pollOnce(polling);
  return outcome.kind === 'taken' ? outcome.as : outcome.kind;
}

/** Steps until the mailbox is empty, whatever fails on the way. @returns what came of each */
export async function emptyMailbox(polling: Polling, atMost = 200): Promise<string[]> {
  const outcomes: string[] = [];
  for (let step = 0; step < atMost; step += 1) {
    outcomes.push(await poll(polling));
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
