import { performance } from 'node:perf_hooks';
import type { ItasFault } from '../support/itas-faults';
import type { ItasServer } from '../support/itas-server';
import { waitFor } from '../support/wait-for';
import type { Fault } from './fault';
import { mailboxEmptied } from './invariants/mailbox-emptied';
import { Letters } from './letters';
import { Scene } from './scene';

const CALLS = ['GET /Events/Peek', 'POST /Events/Receive', 'DELETE /Events/Confirm'];

/** In each round each of them at one of the calls, which take turns. */
const LIES: readonly ItasFault[] = [
  500,
  503,
  404,
  'hang',
  'cut',
  'lost-answer',
  'page',
  { answer: null },
  { answer: [] },
  { answer: { MessageCount: 1, NextMessageId: '00000000-0000-4000-8000-000000000000', ServiceResult: null } },
];

/** Locks of its messages run out at once when a lie has hidden them. */
const LOCK_MS = 3_600_000;

/** Longer than the longest pause of who polls. */
const TOLD_MS = 15_000;

const GOES_ON_MS = 60_000;

/** The mailbox's server gives wrong answers, none, the same message twice, or does what it does not say. */
export function itasLies(rounds: number): Fault<Scene> {
  let letters: Letters | undefined;
  return {
    name: 'ITAS server lies',
    rounds,
    async open(options, cleanUp) {
      const opened = await Letters.open();
      cleanUp.defer(() => opened.close());
      letters = opened;
      const scene = await Scene.open(options, cleanUp, {
        env: { ...opened.environment, ITAS_TIMEOUT_MS: '1000' },
        invariants: [mailboxEmptied(opened)],
      });
      await waitFor(
        'the mailbox is subscribed',
        () => opened.itas.calls,
        (calls) => calls.includes(CALLS[0] ?? ''),
      );
      opened.start();
      return scene;
    },
    async inject({ recoveries }, round) {
      if (!letters) return;
      const { itas } = letters;
      for (const lie of LIES) {
        await tell(itas, CALLS[round % CALLS.length] ?? '', lie);
        const begun = performance.now();
        itas.advance(LOCK_MS);
        await goesOn(itas);
        recoveries.push(performance.now() - begun);
      }
      letters.postTwice();
      if (round === rounds - 1) letters.finish();
    },
  };
}

/** @throws when nobody asks for it */
async function tell(itas: ItasServer, call: string, lie: ItasFault): Promise<void> {
  itas.fail(call, lie);
  await waitFor(
    `${JSON.stringify(lie)} is told to ${call}`,
    () => itas.pendingFaults,
    (pending) => pending === 0,
    TOLD_MS,
  );
}

async function goesOn(itas: ItasServer): Promise<void> {
  const confirmed = (): number => itas.calls.filter((call) => call.includes('Confirm')).length;
  const before = confirmed();
  await waitFor('messages are taken again', confirmed, (count) => count > before, GOES_ON_MS);
}
