import type { Findings } from '../result';
import type { Appends } from './append-alone';
import { costOf } from './cost';
import { rowTable, stepTable, storageOf } from './database-tables';
import type { Sum } from './fleet';
import type { Standing } from './standing';
import { standingRow, waitTable } from './standing-rows';
import { type Constants, workedOut } from './worked-out';

interface Measured {
  readonly one: Standing;
  readonly two: Standing;
  readonly four: Standing;
  readonly toThree: Standing;
  readonly onePaced: Standing;
  readonly toThreePaced: Standing;
  readonly sumOfOne: Sum;
  readonly sumOfToThree: Sum;
  readonly appends: readonly Appends[];
  /** Of an event as it goes to other systems. */
  readonly eventBytes: number;
}

export function report(measured: Measured): Findings {
  const { one, two, four, toThree, onePaced, toThreePaced, sumOfOne, sumOfToThree, appends } = measured;
  const slow = constantsOf(onePaced, measured);
  const fast = constantsOf(one, measured);
  return {
    rows: [one, two, four, toThree, onePaced, toThreePaced].map(standingRow),
    tables: [
      ...[one, toThree, onePaced].map(stepTable),
      rowTable(one.fleet.name, sumOfOne),
      rowTable(toThree.fleet.name, sumOfToThree),
      waitTable(four),
      {
        title: 'the event log: appended by one transaction after the other',
        rows: appends.map(({ batch, perSecond }) => ({ 'events in each': batch, 'events/s': perSecond })),
      },
      {
        title: 'one delivery of each, worked out from',
        rows: [
          { load: `${onePaced.perSecond} a second`, ...slow },
          { load: 'full speed', ...fast },
        ],
      },
      {
        title: 'comes to',
        rows: [workedOut(100, slow), workedOut(1000, fast), workedOut(10_000, fast)],
      },
    ],
    // A measurement. Each turn was audited: nothing is lost, and the ledger is even.
    targets: [],
  };
}

function constantsOf({ turns }: Standing, { sumOfOne, eventBytes }: Measured): Constants {
  const { cpuMicros, walBytes, imageBytes } = costOf(turns);
  return {
    replicaMicros: cpuMicros.replicas,
    postgresMicros: cpuMicros.postgres,
    walBytes,
    imageBytes,
    eventBytes,
    ...storageOf(sumOfOne),
  };
}
