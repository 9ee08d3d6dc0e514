import { developmentToken } from '../../support/bearer-token';
import { Subscriber } from '../../support/subscriber';
import { waitFor } from '../../support/wait-for';
import type { Evidence, Invariant } from '../evidence';
import { WANTED } from '../subscriptions';
import { summarise } from '../summarise';

/** What was under way when a gateway was killed is taken again when its lease has run out. */
const DRAINED_MS = 300_000;

interface Sequence {
  readonly head: string;
  readonly ranges: readonly { readonly from: string; readonly to: string; readonly status: string }[];
}

/**
 * Whatever was accepted came to each subscription that wants it: under one number, without a gap, and again only
 * with the same id and the same body. The gateway's own books say the same.
 */
export const deliveredToAll: Invariant = async (evidence) => {
  const { url, subscriptions } = evidence;
  const owner = new Subscriber({ url, token: () => developmentToken() });
  const breaches: string[] = [];
  for (const [index, id] of subscriptions.entries()) {
    const { paths, eventType, types } = WANTED[index] ?? { paths: [], eventType: '' };
    const name = `${eventType} to ${paths.join(' and ')}`;
    try {
      const { head } = await drained(owner, id);
      for (const path of paths) breaches.push(...compare(evidence, path, Number(head), types));
    } catch (error) {
      breaches.push(`${name}: ${String(error)}`);
    }
  }
  const { total } = (await owner.ask('GET', '/ledger')).body as { total: { balanced: boolean } };
  return total.balanced ? breaches : [...breaches, `the ledger does not add up: ${JSON.stringify(total)}`];
};

/** All numbers are sent. */
function drained(owner: Subscriber, id: string): Promise<Sequence> {
  return waitFor(
    'all numbers are sent',
    async () => (await owner.ask('GET', `/subscriptions/${id}/sequence`)).body as object as Sequence,
    ({ head, ranges: [range, ...others] }) =>
      others.length === 0 && range?.status === 'sent' && range.to === head,
    DRAINED_MS,
  );
}

function compare(
  { ledger, inbox }: Evidence,
  path: string,
  head: number,
  types: readonly string[] | undefined,
): string[] {
  const taken = inbox.taken.get(path) ?? new Map<number, never>();
  const wanted = ledger.promised.filter((id) => {
    const type = ledger.entries.get(id)?.type;
    return types === undefined || (type !== undefined && types.includes(type));
  });
  const missing = Array.from({ length: head }, (_, index) => index + 1).filter(
    (number) => !taken.has(number),
  );
  const changed = [...taken].filter(
    ([, { webhookIds, bodies }]) => webhookIds.size !== 1 || bodies.size !== 1,
  );
  const events = new Set([...taken.values()].map(({ event }) => event));
  return [
    ...summarise(`missing at ${path}`, missing.map(String)),
    ...summarise(
      `came to ${path} with several ids or bodies`,
      changed.map(([number]) => String(number)),
    ),
    ...(events.size === wanted.length && taken.size === wanted.length
      ? []
      : [`${wanted.length} accepted, ${taken.size} numbers and ${events.size} events at ${path}`]),
  ];
}
