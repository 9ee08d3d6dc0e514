import type { CleanUp } from '../support/clean-up';
import type { BenchOptions } from './options';
import type { Server } from './server';

/** One question that is answered by measuring. To add one: a file `<name>.bench.ts`, and its line in `bench.ts`. */
export interface Bench {
  readonly name: string;
  /** The question. */
  readonly asks: string;
  run(context: BenchContext): Promise<Findings>;
}

export interface BenchContext {
  readonly options: BenchOptions;
  readonly server: Server;
  /** For what a bench starts beside it. */
  readonly cleanUp: CleanUp;
  /** What is going on now, for the person who waits. */
  readonly say: (progress: string) => void;
}

export interface Findings {
  /** The table. A figure's name holds its unit; an absent one was not measured. */
  readonly rows: readonly Row[];
  /** What else was found. */
  readonly tables?: readonly Table[];
  /** None: it is a measurement, and nothing is judged. */
  readonly targets: readonly Target[];
}

export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

export type Row = Readonly<Record<string, Figure | undefined>>;
export type Figure = string | number | readonly number[];

/** What a figure has to be. Missed ones make the process end with code 1. */
export interface Target {
  readonly what: string;
  readonly atLeast: number;
  readonly measured: number;
  /** Why the figure is not the one that is meant: then it is not judged. */
  readonly incomplete?: string;
}
