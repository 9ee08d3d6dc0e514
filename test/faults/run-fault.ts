import type { CleanUp } from '../support/clean-up';
import { audit } from './audit';
import type { Fault } from './fault';
import { Scene, type SceneOptions } from './scene';

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

/** Does one fault, again and again, to a gateway of its own under load, and compares what is left. */
export async function runFault(
  fault: Fault,
  options: SceneOptions,
  cleanUp: CleanUp,
  report: (line: string) => void,
): Promise<Outcome> {
  try {
    const scene = await Scene.open(options, cleanUp);
    for (let round = 0; round < fault.rounds; round += 1) {
      await fault.inject(scene, round);
      report(`${fault.name}: ${round + 1} of ${fault.rounds}`);
    }
    await scene.recovered();
    await scene.load.finish();
    report(`${fault.name}: comparing`);
    const found = await audit(scene);
    const { code } = await scene.gateway.stop();
    return {
      fault: fault.name,
      rounds: fault.rounds,
      ...found,
      slowestRecoveryMs: Math.max(...scene.recoveries),
      cutRequests: scene.cutRequests,
      cutDeliveries: scene.cutDeliveries,
      webhooks: scene.inbox.counts.taken,
      again: scene.inbox.counts.again,
      storedUnanswered: scene.load.ledger.answersCutOff,
      breaches: [
        ...scene.problems,
        ...found.breaches,
        ...(code === 0 ? [] : [`the last stop ended with ${code}`]),
      ],
    };
  } finally {
    await cleanUp.run();
  }
}
