import { INSTALL_NGINX, nginxPath } from '../support/nginx';
import { aWhile, type Fault } from './fault';
import { Replicas } from './replicas';

/** `kill -9` of one replica after the other: what was under way at it may get no answer, and nothing else is hurt. */
export function replicasKilled(rounds: number): Fault<Replicas> {
  return {
    name: 'replicas killed in turn (SIGKILL)',
    rounds,
    ...(nginxPath === undefined && { missing: `there is no nginx here (${INSTALL_NGINX})` }),
    open: (options, cleanUp) => Replicas.open(options, cleanUp),
    async inject(stage, round) {
      await aWhile(200, 2500);
      const replica = stage.replica(round);
      const { code } = await stage.restart(replica, 'SIGKILL');
      if (code !== null)
        stage.problems.push(`${replica.name} ended by itself with ${code}:\n${replica.output}`);
    },
  };
}
