import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CleanUp } from '../support/clean-up';
import { waitFor } from '../support/wait-for';
import { BadReceivers } from './bad-receivers';
import type { Invariant } from './evidence';
import type { Fault } from './fault';
import { Scene } from './scene';

/** Time for circuit breakers to open, hold and try again. */
const TOGETHER_MS = 15_000;

/** Good ones go on to get something within that. */
const SOON_MS = 10_000;

/** Receivers that are bad in every way, all at once, beside good ones, which get everything all the same. */
export function receiversBad(rounds: number): Fault<Scene> {
  const invariants: Invariant[] = [];
  let cleanUp: CleanUp;
  return {
    name: 'receivers hang, trickle, flood, reset, redirect, …',
    rounds,
    open(options, deferring) {
      cleanUp = deferring;
      return Scene.open(options, deferring, { invariants });
    },
    async inject({ url, inbox, recoveries }) {
      const bad = await BadReceivers.open(url, cleanUp);
      invariants.push(bad.ended);
      await sleep(TOGETHER_MS);
      const before = inbox.counts.taken;
      const begun = performance.now();
      await waitFor(
        'good ones get more',
        () => inbox.counts.taken,
        (taken) => taken > before,
        SOON_MS,
      );
      recoveries.push(performance.now() - begun);
      await bad.unsubscribe();
    },
  };
}
