import { performance } from 'node:perf_hooks';
import type { CleanUp } from '../support/clean-up';
import { audit } from './audit';
import type { Fault } from './fault';
import type { Stage, StageOptions } from './stage';

/** What came of a fault. */
export interface Outcome {
  readonly accepted: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Undefined: nothing had to recover. */
  readonly slowestRecoveryMs: number | undefined;
  /** Requests that found somebody who listened, and never got an answer. */
  readonly cutRequests: number;
  /** Notifications that were stored though the answer never came. */
  readonly storedUnanswered: number;
  /** Deliveries that were on their way when a fault came. */
  readonly cutDeliveries: number;
  /** Numbers of subscriptions that their webhooks have taken. */
  readonly webhooks: number;
  /** How often one of them was taken again. */
  readonly again: number;
  /** Messages on JetStream; undefined: there is no nats-server. */
  readonly inStream: number | undefined;
}

/** A row of the table, and what does not fit into it. */
export interface Row {
  readonly fault: string;
  readonly rounds: number;
  /** Or why there is none. */
  readonly outcome: Outcome | string;
  readonly breaches: readonly string[];
}

/** Does one fault, again and again, to a stage of its own under load, and compares what is left. */
export async function runFault<On extends Stage>(
  fault: Fault<On>,
  options: StageOptions,
  cleanUp: CleanUp,
  report: (line: string) => void,
): Promise<Row> {
  const { name, rounds, missing } = fault;
  if (missing !== undefined) {
    report(`SKIPPED: ${name}: ${missing}`);
    return { fault: name, rounds: 0, outcome: `SKIPPED: ${missing}`, breaches: [] };
  }
  const begun = performance.now();
  let stage: On | undefined;
  let outcome: Row['outcome'];
  const breaches: string[] = [];
  try {
    stage = await fault.open(options, cleanUp);
    outcome = await suffer(fault, stage, options, report);
  } catch (error) {
    outcome = 'broken off';
    breaches.push(String(error));
    if (stage) report(stage.output);
  } finally {
    await cleanUp.run();
    report(`${name}: over after ${Math.round((performance.now() - begun) / 1000)} s`);
  }
  if (stage) breaches.push(...stage.load.ledger.breaches, ...stage.problems);
  return { fault: name, rounds, outcome, breaches };
}

async function suffer<On extends Stage>(
  fault: Fault<On>,
  stage: On,
  options: StageOptions,
  report: (line: string) => void,
): Promise<Outcome> {
  const { name, rounds } = fault;
  for (let round = 0; round < rounds; round += 1) {
    stage.load.grant(options.limit / rounds);
    await fault.inject(stage, round);
    report(`${name}: ${round + 1} of ${rounds}`);
  }
  await stage.settle();
  report(`${name}: comparing`);
  const found = await audit(stage);
  stage.problems.push(...(await stage.stop()));
  return {
    ...found,
    slowestRecoveryMs: stage.recoveries.length > 0 ? Math.max(...stage.recoveries) : undefined,
    cutRequests: stage.cutRequests,
    cutDeliveries: stage.cutDeliveries,
    webhooks: stage.inbox.counts.taken,
    again: stage.inbox.counts.again,
    storedUnanswered: stage.load.ledger.answersCutOff,
  };
}
