import { performance } from 'node:perf_hooks';
import { isEmbeddedDatabaseRunning } from '../support/embedded-database';
import { aWhile, type Fault } from './fault';
import { takenIsAnswered } from './invariants/taken-is-answered';
import { Scene } from './scene';

/** What container runtimes grant between SIGTERM and SIGKILL. */
const GRACE_MS = 10_000;

/** SIGTERM, as at every deployment: what it has taken is answered, and the process ends well and in time. */
export function gatewayStopped(rounds: number): Fault<Scene> {
  return {
    name: 'gateway stopped (SIGTERM)',
    rounds,
    open: (options, cleanUp) =>
      Scene.open(options, cleanUp, { excused: 'no answer', invariants: [takenIsAnswered] }),
    async inject(scene, round) {
      await aWhile(200, 2000);
      const { gateway } = scene;
      const start = performance.now();
      const { code, signal } = await scene.end('SIGTERM');
      const tookMs = Math.round(performance.now() - start);
      const leftPostgres = isEmbeddedDatabaseRunning(scene.dataDir);
      scene.restart();
      await scene.recovered();
      const say = (problem: string): unknown => scene.problems.push(`stop ${round + 1}: ${problem}`);
      if (code !== 0) say(`ended with ${code ?? signal}:\n${gateway.output}`);
      if (tookMs > GRACE_MS) say(`took ${tookMs} ms`);
      if (leftPostgres) say('left its PostgreSQL running');
    },
  };
}
