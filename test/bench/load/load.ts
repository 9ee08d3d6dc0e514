import { fork } from 'node:child_process';
import { join } from 'node:path';

/** What the client is told to do. */
export interface LoadOrder {
  /** Of one replica, or of several that get one request each in turn. */
  readonly urls: readonly string[];
  readonly apiKey: string;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly firstEventId: number;
  /** Ends after so many, even before the time is over. Default: without such a limit. */
  readonly most?: number;
  /** At this even pace. Default: as fast as they are answered. */
  readonly perSecond?: number;
}

/** What it has seen. */
export interface LoadReport {
  /** 200s, those of the warm-up too: so many have to be stored. */
  readonly accepted: number;
  /** Of the measured seconds only. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of the client's process for each answer, in microseconds. */
  readonly clientCpuMicros: number;
  /** CPU of its process from start to end. */
  readonly clientCpuSeconds: number;
  /** Answers other than 200, and requests without an answer. */
  readonly refused: number;
  readonly firstRefusal?: string;
  /** The first eventId that was not used. */
  readonly nextEventId: number;
}

/** Sends notifications from a process of its own. */
export function applyLoad(order: LoadOrder): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const client = fork(join(__dirname, 'client.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const limit = setTimeout(() => client.kill(), (order.warmUpSeconds + order.seconds + 30) * 1000);
    client.once('message', (report) => {
      resolve(report as LoadReport);
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
