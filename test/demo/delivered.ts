import type { Gap } from '../support/spg-reader';
import type { Subscriber } from '../support/subscriber';
import { waitFor } from '../support/wait-for';
import type { Claim } from './claim';
import type { Narrator } from './narrator';
import type { Arrival, DemoSubscriber } from './subscribers';

/** What `GET /tuatahi/subscriptions/{id}/sequence` says: by it a receiver proves that it lacks nothing. */
interface Sequence {
  readonly head: string;
  readonly ranges: readonly { readonly from: string; readonly to: string; readonly status: string }[];
}

/** A subscriber's account when all is delivered. */
export interface Account {
  readonly subscriber: DemoSubscriber;
  readonly sequence: Sequence;
  readonly arrivals: readonly Arrival[];
}

/** How many notifications each has to get: ends, all about work orders and gaps, one activation, all of ITAS. */
export function expectedCounts(notifications: number, gaps: readonly Gap[], ofItas: number): number[] {
  const confirmed = gaps.filter(({ confirmedAt }) => confirmedAt !== undefined).length;
  return [2, notifications + 2 * gaps.length + confirmed, 1, ofItas];
}

/** Waits until so many have been delivered, and reads what there is then. */
export async function accountsOf(
  subscribers: readonly DemoSubscriber[],
  owner: Subscriber,
  expected: readonly number[],
): Promise<Account[]> {
  return Promise.all(
    subscribers.map(async (subscriber, index) => {
      const path = `/subscriptions/${subscriber.subscription.id}/sequence`;
      const sequence = await waitFor(
        `${subscriber.name} has all`,
        async () => (await owner.ask('GET', path)).body as object as Sequence,
        ({ head, ranges }) =>
          head === String(expected[index]) && ranges.every(({ status }) => status !== 'pending'),
      );
      return { subscriber, sequence, arrivals: await subscriber.arrivals() };
    }),
  );
}

export function tellOfDeliveries(accounts: readonly Account[], narrator: Narrator): void {
  for (const { subscriber, arrivals } of accounts) {
    narrator.list(`${subscriber.name}, subscribed to ${subscriber.wish}`);
    const width = Math.max(...arrivals.map(({ type }) => type.length));
    for (const { number, type, summary, mark, text } of arrivals) {
      narrator.list(`  ${number.padStart(2)}  ${type.padEnd(width)}  ${mark}  ${summary}`);
      for (const line of text?.trimEnd().split('\n') ?? []) narrator.list(`      | ${line}`.trimEnd());
    }
  }
}

/** What has to be so when all is delivered. */
export function claimsOfDelivery(accounts: readonly Account[]): Claim[] {
  const matched = accounts.reduce((sum, { sequence }) => sum + Number(sequence.head), 0);
  const sent = accounts.flatMap(({ sequence }) => sequence.ranges).filter(({ status }) => status === 'sent');
  const delivered = sent.reduce((sum, { from, to }) => sum + Number(to) - Number(from) + 1, 0);
  const arrivals = accounts.flatMap((account) => account.arrivals);
  return [
    {
      text: `the ledger is balanced: ${matched} notifications matched, ${delivered} sent`,
      holds: matched === delivered && accounts.every(({ sequence }) => sequence.ranges.length === 1),
    },
    {
      text: 'every subscriber has received each of its numbers once, from 1 without a gap',
      holds: accounts.every(
        ({ sequence, arrivals: its }) => its.map(({ number }) => number).join() === upTo(sequence.head),
      ),
    },
    { text: 'every signature is verified', holds: arrivals.every(({ isGenuine }) => isGenuine) },
  ];
}

function upTo(head: string): string {
  return Array.from({ length: Number(head) }, (_, index) => index + 1).join();
}
