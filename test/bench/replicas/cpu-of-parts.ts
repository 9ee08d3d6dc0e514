import { cpus } from 'node:os';
import { cpuOfTree } from '../process-tree';
import type { Server } from '../server';
import type { Sink } from '../sink/start-sink';
import type { Subject } from '../subject';

/** Who takes part, beside the load generator, which is a new process for each load. */
export interface Parts {
  readonly replicas: readonly Subject[];
  readonly server: Server;
  readonly sink: Sink;
}

/** CPU seconds of each part; undefined where the system does not tell. */
export interface CpuOfParts {
  readonly replicas: number | undefined;
  readonly postgres: number | undefined;
  readonly load: number;
  readonly sink: number;
  /** All that this machine has done, for whomever. */
  readonly machine: number;
}

/** So far. */
export async function cpuOfParts({ replicas, server, sink }: Parts): Promise<CpuOfParts> {
  const usages = await Promise.all(replicas.map((replica) => replica.usageByKernel()));
  return {
    replicas: total(usages.map(({ cpuSeconds }) => cpuSeconds)),
    postgres: await cpuOfTree(server.pid),
    load: 0,
    sink: (await sink.count()).cpuSeconds,
    machine:
      cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000,
  };
}

/** From one look to another, between which the load generator has used so much. */
export function cpuBetween(before: CpuOfParts, after: CpuOfParts, load: number): CpuOfParts {
  return {
    replicas: difference(before.replicas, after.replicas),
    postgres: difference(before.postgres, after.postgres),
    load,
    sink: after.sink - before.sink,
    machine: after.machine - before.machine,
  };
}

function difference(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : after - before;
}

function total(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value),
    0,
  );
}
