import { waitFor } from '../../support/wait-for';
import type { Invariant } from '../evidence';
import type { Letters } from '../letters';
import { summarise } from '../summarise';

const EMPTIED_MS = 60_000;

const MESSAGES = `
  SELECT data ->> 'messageId' AS id FROM domain_event
  WHERE source = '/itas-events' AND type <> 'itas.message.dead-lettered' ORDER BY position`;

/** All messages of the mailbox became domain events, once each and in its order, and nobody polled beside another. */
export function mailboxEmptied({ itas, sent }: Letters): Invariant {
  return async ({ database }) => {
    await waitFor(
      'the mailbox is empty',
      () => itas.mailbox().size,
      (size) => size === 0,
      EMPTIED_MS,
    );
    const { rows } = await database.query<{ id: string }>(MESSAGES);
    const stored = rows.map(({ id }) => id.toLowerCase());
    const known = new Set(stored);
    const lost = sent.filter((id) => !known.has(id.toLowerCase()));
    const inOrder = sent.every((id, index) => stored[index] === id.toLowerCase());
    return [
      ...(sent.length > 0 ? [] : ['no message was in the mailbox']),
      ...summarise('messages of the mailbox that are lost', lost),
      ...(stored.length === known.size ? [] : ['messages of the mailbox became more than one event']),
      ...(lost.length > 0 || inOrder ? [] : ['messages of the mailbox lost their order']),
      ...(itas.mostAlike > 1 ? [`the mailbox had ${itas.mostAlike} requests of one kind at once`] : []),
    ];
  };
}
