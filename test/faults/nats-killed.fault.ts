import { performance } from 'node:perf_hooks';
import { NatsReader } from '../support/nats-reader';
import { HOW_TO_GET_NATS_SERVER, type NatsServer, natsServerPath } from '../support/nats-server';
import { waitFor } from '../support/wait-for';
import { aWhile, type Fault } from './fault';
import { Scene } from './scene';

const RECOVERY_MS = 30_000;

/** `kill -9` of nats-server while events are published to it; every third time once more as soon as it is back. */
export function natsKilled(rounds: number): Fault<Scene> {
  return {
    name: 'nats-server killed (SIGKILL)',
    rounds,
    ...(natsServerPath === undefined && { missing: HOW_TO_GET_NATS_SERVER }),
    open: (options, cleanUp) => Scene.open(options, cleanUp),
    async inject({ nats, recoveries }, round) {
      if (!nats) throw new Error('there is no nats-server');
      await aWhile(100, 2000);
      const killedAt = performance.now();
      await killAndStart(nats);
      if (round % 3 === 2) {
        await aWhile(0, 700);
        await killAndStart(nats);
      }
      await untilItGrows(nats);
      recoveries.push(performance.now() - killedAt);
    },
  };
}

async function killAndStart(nats: NatsServer): Promise<void> {
  await nats.kill();
  await aWhile(0, 1000);
  await nats.start();
}

async function untilItGrows(nats: NatsServer): Promise<void> {
  const reader = await NatsReader.connect(nats.url);
  const before = await reader.lastSequence();
  await waitFor(
    'events come to the stream again',
    () => reader.lastSequence(),
    (sequence) => sequence > before,
    RECOVERY_MS,
  );
  await reader.close();
}
