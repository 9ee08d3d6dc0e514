import type { Tid } from '../../src/itas-events/templates';
import { INNER, itasMessage, parameters } from '../support/itas-message';
import type { ItasServer } from '../support/itas-server';
import { waitFor } from '../support/wait-for';
import type { Claim } from './claim';
import type { Account } from './delivered';
import type { Narrator } from './narrator';

interface Told {
  readonly what: string;
  readonly message: Readonly<Record<string, unknown>>;
  /** What it becomes. */
  readonly event: string;
}

export const ITAS_TOPICS = ['3-8', '3-10', '6-21'];

const DOCUMENT = {
  docname: 'C-10023 signed.pdf',
  doctype: 'Contract',
  docindexid: '88121',
  action: 'Added',
  actionstatus: 'OK',
};

const STORY: readonly Told[] = [
  told('a freeze of August', 'TID-014', 'itas.operation.performed', {
    '/Topic': '3-10',
    ...parameters({ freezedate: '20260832' }),
  }),
  told('a document added to a contract', 'TID-010', 'itas.entity.changed', {
    '/Topic': '6-21',
    ...parameters(DOCUMENT),
  }),
  told('a message of a template that nobody knows', 'TID-018', 'itas.message.dead-lettered', {
    '/Topic': '3-10',
    '/MessageBody/TID': 'TID-099',
  }),
  told('an accounting document', 'TID-013', 'itas.accounting-document.changed', {
    [`${INNER}/DocumentReference`]: 'INV-20871',
  }),
];

function told(what: string, tid: Tid, event: string, changes: Readonly<Record<string, unknown>>): Told {
  return { what, event, message: itasMessage(tid, changes) };
}

/** Each is told to whoever is subscribed to all of them. */
export const ITAS_STORY_LENGTH = STORY.length;

/** ITAS puts messages into the gateway's mailbox; one of them is handed out twice, and one is not understood. */
export async function tellOfItas(itas: ItasServer, narrator: Narrator): Promise<void> {
  narrator.title('What ITAS has to tell, which Karere fetches from its mailbox there');
  const topics = await waitFor(
    'the mailbox is subscribed',
    () => [...itas.mailbox().subscriptions],
    ({ length }) => length === ITAS_TOPICS.length,
  );
  narrator.tell(`Karere has registered a mailbox and subscribed it to ${topics.join(', ')}`);
  itas.fail('DELETE /Events/Confirm', 'cut');
  for (const { what, message } of STORY) {
    itas.publish(message);
    narrator.tell(`ITAS puts ${what} into it`);
  }
  await waitFor(
    'the first one is to be confirmed',
    () => itas.calls,
    (calls) => calls.includes('DELETE /Events/Confirm'),
  );
  narrator.tell('The connection is cut before Karere can confirm the first one; ITAS will hand it out again');
  itas.advance(60_000);
  await waitFor(
    'all are confirmed',
    () => itas.mailbox().size,
    (size) => size === 0,
  );
  narrator.tell(`Karere has stored and confirmed all ${STORY.length}; the mailbox is empty`);
}

/** What has to be so when all is delivered. */
export function claimsOfItas(itas: ItasServer, accounts: readonly Account[]): Claim[] {
  const { arrivals = [] } = accounts.find(({ subscriber }) => subscriber.name === 'Finance') ?? {};
  const ids = STORY.map(({ message }) => String(message['MessageId']));
  const events = STORY.map(({ event }) => event);
  return [
    {
      text: 'every message of ITAS was confirmed, in order, also the one that is kept as a dead letter',
      holds: itas.mailbox().confirmed.join() === ids.join(),
    },
    {
      text: 'finance has the freeze, the document, the dead letter and the accounting document, each once',
      holds: arrivals.map(({ type }) => type).join() === events.join(),
    },
    {
      text: 'the month of the freeze and the name of the document came typed',
      holds:
        arrivals[0]?.summary === 'FREEZE of 2026-08' &&
        arrivals[1]?.summary === 'C-10023 signed.pdf: Added, OK',
    },
  ];
}
