import { aWhile, type Fault } from './fault';
import { Scene } from './scene';

/** In turn. It is killed most often while it works, but starting and stopping are work, too. */
const MOMENTS = [whileItWorks, whileItWorks, whileItStarts, whileItWorks, whileItStops];

/** `kill -9` of the gateway's process. Its PostgreSQL lives on, and the next process has to take it over. */
export function gatewayKilled(rounds: number): Fault<Scene> {
  return {
    name: 'gateway killed (SIGKILL)',
    rounds,
    open: (options, cleanUp) => Scene.open(options, cleanUp, { excused: 'no answer' }),
    async inject(scene, round) {
      await MOMENTS[round % MOMENTS.length]?.(scene);
      scene.restart();
    },
  };
}

async function whileItWorks(scene: Scene): Promise<void> {
  await scene.recovered();
  await aWhile(100, 3500);
  await kill(scene);
}

/** Before, while or after it takes over the PostgreSQL, migrates and begins to listen. */
async function whileItStarts(scene: Scene): Promise<void> {
  await aWhile(100, 1500);
  await kill(scene);
}

/** While it answers the last requests, stops the consumers or stops PostgreSQL. */
async function whileItStops(scene: Scene): Promise<void> {
  await scene.recovered();
  await aWhile(100, 1500);
  const { gateway } = scene;
  const { code, signal } = await scene.suffer(async () => {
    gateway.signal('SIGTERM');
    await aWhile(0, 250);
    gateway.signal('SIGKILL');
    return gateway.exited;
  });
  // It may have been faster.
  if (code !== 0 && signal !== 'SIGKILL')
    scene.problems.push(`it ended by itself with ${code ?? signal}:\n${gateway.output}`);
}

async function kill(scene: Scene): Promise<void> {
  const { code } = await scene.end('SIGKILL');
  if (code !== null) scene.problems.push(`it ended by itself with ${code}:\n${scene.gateway.output}`);
}
