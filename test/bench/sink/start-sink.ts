import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CleanUp } from '../../support/clean-up';

export type SinkOrder = { readonly kind: 'open'; readonly ports: number } | { readonly kind: 'count' };

/** What has come since the sink was started. */
interface SinkCount {
  readonly received: number;
  /** Of heads and bodies. */
  readonly bytes: number;
  /** CPU of its process. */
  readonly cpuSeconds: number;
}

/** A process that takes in webhooks, the same for all who deliver. */
export interface Sink {
  /** An origin for each port. */
  readonly origins: readonly string[];
  count(): Promise<SinkCount>;
}

export async function startSink(ports: number, cleanUp: CleanUp): Promise<Sink> {
  const process = fork(join(__dirname, 'sink.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  cleanUp.defer(() => process.kill());
  const ask = async <T>(order: SinkOrder): Promise<T> => {
    process.send(order);
    const [answer] = (await once(process, 'message')) as [T];
    return answer;
  };
  return { origins: await ask<string[]>({ kind: 'open', ports }), count: () => ask({ kind: 'count' }) };
}
