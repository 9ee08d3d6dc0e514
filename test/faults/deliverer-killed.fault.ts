import { aWhile, type Fault } from './fault';
import { Scene } from './scene';

/** So many are under way at once as soon as there is a queue. */
const BUSY = 8;

/** `kill -9` of the gateway's process in the midst of deliveries: nobody has written down what came of them. */
export function delivererKilled(rounds: number): Fault<Scene> {
  return {
    name: 'gateway killed while it delivers',
    rounds,
    open: (options, cleanUp) => Scene.open(options, cleanUp, { excused: 'no answer' }),
    async inject(scene, round) {
      await scene.recovered();
      await aWhile(200, 2500);
      await scene.inbox.untilUnderWay(BUSY);
      if (scene.inbox.underWay === 0) scene.problems.push(`kill ${round + 1}: nothing was being delivered`);
      const { code } = await scene.end('SIGKILL');
      if (code !== null) scene.problems.push(`it ended by itself with ${code}:\n${scene.gateway.output}`);
      scene.restart();
    },
  };
}
