import type { Standing } from './race';
import type { Row } from './result';
import { median, spreadPercent } from './statistics';

/**
 * The line of one contender in the table.
 * @param reference whom it is compared with, round by round: what slows the machine for a while slows both
 */
export function standingRow(name: string, standing: Standing, reference: Standing): Row {
  const { turns, idle, contender } = standing;
  const rates = turns.map(({ perSecond }) => perSecond);
  const heaps = [idle, ...turns.map(({ usage }) => usage)].map(({ heapMb }) => heapMb);
  const residents = [idle, ...turns.map(({ usage }) => usage)].map(({ residentMb }) => residentMb);
  return {
    subject: name,
    'per second': median(rates),
    'spread %': spreadPercent(rates),
    [`${reference.contender.name} ÷ this`]: ratio(reference, standing),
    'p50 ms': median(turns.map(({ p50Ms }) => p50Ms)),
    'p99 ms': median(turns.map(({ p99Ms }) => p99Ms)),
    'CPU µs': medianOf(turns.map(({ cpuMicros }) => cpuMicros)),
    ...(contender.settle && { 'consumers behind ms': median(turns.map(({ settledMs }) => settledMs)) }),
    'client CPU µs': median(turns.map(({ clientCpuMicros }) => clientCpuMicros)),
    'RSS MB, idle then each round': known(residents),
    'heap MB': known(heaps),
  };
}

/** How many times as fast one is as the other: the median over the rounds. */
export function ratio(one: Standing, other: Standing): number {
  return median(one.turns.map(({ perSecond }, round) => perSecond / (other.turns[round]?.perSecond ?? NaN)));
}

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const figures = known(values);
  return figures && median(figures);
}

/** All of them, or undefined when the system does not tell. */
function known(values: readonly (number | undefined)[]): number[] | undefined {
  const figures = values.filter((value) => value !== undefined);
  return figures.length === values.length ? figures : undefined;
}
