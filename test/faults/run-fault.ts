import type { CleanUp } from '../support/clean-up';
import { audit } from './audit';
import type { Fault } from './fault';
import type { Stage, StageOptions } from './stage';

/** A row of the table, and what does not fit into it. */
export interface Outcome {
  readonly fault: string;
  readonly rounds: number;
  readonly accepted: number;
  readonly delivered: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly slowestRecoveryMs: number;
  /** Requests that were on their way and never got an answer. */
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
  readonly breaches: readonly string[];
}

/** Does one fault, again and again, to a stage of its own under load, and compares what is left. */
export async function runFault<On extends Stage>(
  fault: Fault<On>,
  options: StageOptions,
  cleanUp: CleanUp,
  report: (line: string) => void,
): Promise<Outcome> {
  try {
    const stage = await fault.open(options, cleanUp);
    for (let round = 0; round < fault.rounds; round += 1) {
      await fault.inject(stage, round);
      report(`${fault.name}: ${round + 1} of ${fault.rounds}`);
    }
    await stage.settle();
    report(`${fault.name}: comparing`);
    const found = await audit(stage);
    const atTheEnd = await stage.stop();
    return {
      fault: fault.name,
      rounds: fault.rounds,
      ...found,
      slowestRecoveryMs: Math.max(...stage.recoveries),
      cutRequests: stage.cutRequests,
      cutDeliveries: stage.cutDeliveries,
      webhooks: stage.inbox.counts.taken,
      again: stage.inbox.counts.again,
      storedUnanswered: stage.load.ledger.answersCutOff,
      breaches: [...stage.problems, ...found.breaches, ...atTheEnd],
    };
  } finally {
    await cleanUp.run();
  }
}
