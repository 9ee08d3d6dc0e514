import { median } from '../statistics';
import type { CpuOfParts } from './cpu-of-parts';
import type { StepWork } from './database-meter';
import type { Turn } from './fleet';
import { STEP_NAMES } from './steps';

/** Of one notification on its whole way, in the middle of some turns. */
export interface Cost {
  /** CPU of each part, µs; undefined where the system does not tell. */
  readonly cpuMicros: CpuOfParts;
  readonly steps: readonly StepCost[];
  /** Of the WAL, without images of pages. */
  readonly walBytes: number;
  /** On average, for they come in bursts: after a checkpoint, and when tables are vacuumed. */
  readonly imageBytes: number;
}

interface StepCost {
  readonly step: string;
  readonly statements: number;
  /** From the arrival of a statement to its end, also while it waits. */
  readonly execMicros: number;
  readonly buffers: number;
  readonly walBytes: number;
}

export function costOf(turns: readonly Turn[]): Cost {
  const each = (value: (turn: Turn) => number): number =>
    median(turns.map((turn) => value(turn) / turn.load.accepted));
  const cpu = (part: keyof CpuOfParts): number =>
    each(({ cpu: seconds }) => 1e6 * (seconds[part] ?? Number.NaN));
  return {
    cpuMicros: {
      replicas: known(cpu('replicas')),
      postgres: known(cpu('postgres')),
      load: cpu('load'),
      sink: cpu('sink'),
      machine: cpu('machine'),
    },
    steps: STEP_NAMES.map((step) => ({
      step,
      statements: each((turn) => sumOf(turn, step, 'statements')),
      execMicros: each((turn) => 1000 * sumOf(turn, step, 'execMs')),
      buffers: each((turn) => sumOf(turn, step, 'buffers')),
      walBytes: each((turn) => sumOf(turn, step, 'walBytes')),
    })),
    walBytes: each(({ wal }) => wal.bytes - wal.imageBytes),
    imageBytes: total(turns, ({ wal }) => wal.imageBytes) / total(turns, ({ load }) => load.accepted),
  };
}

function sumOf({ steps }: Turn, step: string, figure: Exclude<keyof StepWork, 'step'>): number {
  return steps.reduce((sum, work) => sum + (work.step === step ? work[figure] : 0), 0);
}

function total(turns: readonly Turn[], value: (turn: Turn) => number): number {
  return turns.reduce((sum, turn) => sum + value(turn), 0);
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
