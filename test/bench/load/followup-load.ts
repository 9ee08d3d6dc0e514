import { fork } from 'node:child_process';
import { join } from 'node:path';

/** What the technicians are told to do. */
export interface FollowupOrder {
  readonly url: string;
  readonly secret: string;
  readonly what: 'search' | 'book';
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Number of the first work order. */
  readonly firstOrder: number;
}

/** What they have seen. */
export interface FollowupReport {
  /** 200s, those of the warm-up too. */
  readonly accepted: number;
  /** Of the measured seconds only. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers other than 200, and requests without an answer. */
  readonly refused: number;
  readonly firstRefusal?: string;
  /** The first work order that was not used. */
  readonly nextOrder: number;
}

/** Searches or books as fast as is answered, from a process of its own. */
export function applyFollowupLoad(order: FollowupOrder): Promise<FollowupReport> {
  return new Promise((resolve, reject) => {
    const client = fork(join(__dirname, 'followup-client.js'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const limit = setTimeout(() => client.kill(), (order.warmUpSeconds + order.seconds + 30) * 1000);
    client.once('message', (report) => {
      resolve(report as FollowupReport);
      client.disconnect();
    });
    client.once('error', reject);
    client.once('exit', (code, signal) => {
      clearTimeout(limit);
      reject(new Error(`The client ended without a report (${code ?? signal}).`));
    });
    client.send(order);
  });
}
