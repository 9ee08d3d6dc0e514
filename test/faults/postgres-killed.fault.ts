import { aWhile, type Fault } from './fault';
import { openOnPostgres, type SceneOnPostgres, sufferOutage } from './scene-on-postgres';

/** `kill -9` of PostgreSQL, which somebody starts again, and of a session, after which it recovers by itself; in turn. */
export function postgresKilled(rounds: number): Fault<SceneOnPostgres> {
  return {
    name: 'PostgreSQL killed (SIGKILL)',
    rounds,
    open: (options, cleanUp) => openOnPostgres(options, cleanUp),
    async inject(scene, round) {
      const { postgres } = scene;
      await aWhile(200, 2500);
      await sufferOutage(scene, round, async () => {
        if (round % 2 === 1) return postgres.killSession();
        await postgres.killPostmaster();
        await aWhile(0, 1000);
        await postgres.start();
      });
    },
  };
}
