import { setTimeout as sleep } from 'node:timers/promises';
import { aWhile, type Fault } from './fault';
import { openOnPostgres, type SceneOnPostgres, sufferOutage } from './scene-on-postgres';

const AWAY_MS = 30_000;

/** PostgreSQL is away for half a minute: stopped and started, or it only stands still and keeps its connections; in turn. */
export function postgresAway(rounds: number): Fault<SceneOnPostgres> {
  return {
    name: 'PostgreSQL away for 30 s',
    rounds,
    open: (options, cleanUp) => openOnPostgres(options, cleanUp),
    async inject(scene, round) {
      const { postgres } = scene;
      await aWhile(500, 2000);
      await sufferOutage(scene, round, async () => {
        const standsStill = round % 2 === 0;
        await (standsStill ? postgres.freeze() : postgres.stop());
        await sleep(AWAY_MS);
        await (standsStill ? postgres.thaw() : postgres.start());
      });
    },
  };
}
