import { waitFor } from '../../support/wait-for';
import type { Invariant } from '../evidence';

/** As `GET /health/ready` tells it. */
interface Consumer {
  readonly name: string;
  readonly lag: number;
  readonly attempts: number;
  readonly parked: number;
}

const CATCH_UP_MS = 120_000;

/** Every consumer comes to the head of the log, and has set nothing aside. */
export const consumersAtHead: Invariant = async ({ healthUrl }) => {
  const look = async (): Promise<Consumer[]> => {
    const report = (await (await fetch(`${healthUrl}/health/ready`)).json()) as { consumers: Consumer[] };
    return report.consumers;
  };
  const consumers = await waitFor(
    'all consumers come to the head of the log',
    look,
    (seen) => seen.length > 0 && seen.every(({ lag, attempts }) => lag === 0 && attempts === 0),
    CATCH_UP_MS,
  );
  return consumers.flatMap(({ name, parked }) =>
    parked === 0 ? [] : [`consumer ${name} has parked ${parked} events`],
  );
};
