import type { Figure, Row, Table } from '../result';
import { median, spreadPercent } from '../statistics';
import { costOf } from './cost';
import type { CpuOfParts } from './cpu-of-parts';
import type { Standing } from './standing';

/** How much got through, and whose CPU it took. */
export function standingRow({ fleet, turns, perSecond }: Standing): Row {
  const { replicas, postgres, load, sink, machine } = costOf(turns).cpuMicros;
  const delivered = turns.map(({ load: { accepted }, seconds }) => (accepted * fleet.deliveries) / seconds);
  const others = machine - (replicas ?? Number.NaN) - (postgres ?? Number.NaN) - load - sink;
  const cores = (part: keyof CpuOfParts): number =>
    median(turns.map(({ cpu, seconds }) => (cpu[part] ?? Number.NaN) / seconds));
  return {
    load: perSecond === undefined ? 'full speed' : `${perSecond} a second`,
    replicas: fleet.replicaCount,
    'deliveries of each': fleet.deliveries,
    'accepted/s': median(turns.map((turn) => turn.load.perSecond)),
    'delivered/s': median(delivered),
    'spread %': spreadPercent(delivered),
    'CPU µs of each: replicas': orUnknown(replicas),
    PostgreSQL: orUnknown(postgres),
    client: load,
    sink,
    'all else': orUnknown(others),
    'cores busy: replicas': orUnknown(cores('replicas')),
    'with PostgreSQL': orUnknown(cores('postgres')),
    'of the machine': cores('machine'),
  };
}

/** Below this it is an accident. */
const WORTH_SHOWING = 0.005;

export function waitTable({ fleet, turns }: Standing): Table {
  const states = [...new Set(turns.flatMap(({ waits }) => [...waits.keys()]))];
  const rows = states
    .map((state) => ({ state, sessions: median(turns.map(({ waits }) => waits.get(state) ?? 0)) }))
    .filter(({ sessions }) => sessions > WORTH_SHOWING)
    .toSorted((one, other) => other.sessions - one.sessions);
  return { title: `${fleet.name}: what PostgreSQL's sessions do, on average`, rows };
}

function orUnknown(value: number | undefined): Figure {
  return value === undefined || Number.isNaN(value) ? 'unknown' : value;
}
