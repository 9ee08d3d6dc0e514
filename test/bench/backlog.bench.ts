import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KARERE_DISPATCHER } from './deliverers';
import type { Bench, Row } from './result';
import { startSink } from './sink/start-sink';
import { Subject } from './subject';

const ENDPOINTS = 100;
const EVENTS = 10_000;
const LOOKS = 6;
/** It collects garbage each second. */
const FIRST_LOOK_MS = 3000;

const COLLECTED = {
  ...KARERE_DISPATCHER,
  nodeOptions: ['--expose-gc', '--require', join(__dirname, 'subjects/collect-garbage.js')],
};

/** Whether a process that has much to catch up with keeps more of it than it delivers. */
export const backlog: Bench = {
  name: 'backlog',
  asks: 'memory of a worker that begins with a long queue',
  async run(context) {
    const { server, cleanUp, options, say } = context;
    const databaseUrl = await server.createDatabase('backlog');
    await COLLECTED.prepare?.(context, databaseUrl, EVENTS);
    const sink = await startSink(ENDPOINTS, cleanUp);
    await COLLECTED.fill?.({ databaseUrl, deliveries: options.backlog, origins: sink.origins });
    say(`${options.backlog} notifications are pending`);
    const worker = await Subject.start(COLLECTED, databaseUrl, server.folder);
    const rows: Row[] = [];
    const heaps: number[] = [];
    try {
      await sleep(FIRST_LOOK_MS);
      for (let look = 0; look < LOOKS; look += 1) {
        const { heapMb, residentMb } = await worker.usage();
        const { received } = await sink.count();
        rows.push({ delivered: received, 'heap MB': heapMb, 'RSS MB': residentMb });
        heaps.push(heapMb ?? Number.NaN);
        await sleep(options.seconds * 500);
      }
    } finally {
      await worker.stop();
    }
    const [first = Number.NaN] = heaps;
    await server.dropDatabase('backlog');
    return {
      rows,
      targets: [
        { what: 'heap at first ÷ the most of it later', atLeast: 0.8, measured: first / Math.max(...heaps) },
      ],
    };
  },
};
