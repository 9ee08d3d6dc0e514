import { INSTALL_NGINX, nginxPath } from '../support/nginx';
import { aWhile, type Fault } from './fault';
import { Replicas } from './replicas';
import { summarise } from './summarise';

/** What orchestrators grant: the time in which the balancer notices, and that in which a process ends. */
const GRACE_MS = 3000 + 10_000;

/** SIGTERM to one replica after the other, as a new version is rolled out: no client notices anything. */
export function replicasRestarted(rounds: number): Fault<Replicas> {
  return {
    name: 'replicas restarted in turn (SIGTERM)',
    rounds,
    ...(nginxPath === undefined && { missing: `there is no nginx here (${INSTALL_NGINX})` }),
    open: (options, cleanUp) => Replicas.open(options, cleanUp),
    async inject(stage, round) {
      await aWhile(200, 1500);
      const replica = stage.replica(round);
      const { code, signal, tookMs, hurt } = await stage.restart(replica, 'SIGTERM');
      const say = (problem: string): unknown => stage.problems.push(`${replica.name}: ${problem}`);
      if (code !== 0) say(`ended with ${code ?? signal}:\n${replica.output}`);
      if (tookMs > GRACE_MS) say(`took ${tookMs} ms to end`);
      for (const line of summarise('requests of clients without a good answer', hurt)) say(line);
    },
  };
}
