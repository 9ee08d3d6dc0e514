import { TcpProxy } from '../support/tcp-proxy';
import { aWhile, type Fault } from './fault';
import { openOnPostgres, type SceneOnPostgres, sufferOutage } from './scene-on-postgres';

const RESETS = 20;

/** In turn, to the connections that there are; new ones are well. */
const TROUBLES: readonly ((proxy: TcpProxy) => Promise<void>)[] = [reset, delay, reset, halfOpen];

/** A bad network between the gateway and PostgreSQL: resets in the midst of transactions, delays, half-open connections. */
export function connectionsCut(rounds: number): Fault<SceneOnPostgres> {
  let proxy: TcpProxy | undefined;
  return {
    name: 'connections to PostgreSQL cut',
    rounds,
    open: (options, cleanUp) =>
      openOnPostgres(options, cleanUp, {
        wayTo: async (url) => {
          const way = await TcpProxy.to(url);
          cleanUp.defer(() => way.cut());
          proxy = way;
          return way.url;
        },
      }),
    async inject(scene, round) {
      const way = proxy;
      const trouble = TROUBLES[round % TROUBLES.length];
      if (!way || !trouble) throw new Error('there is nothing to cut');
      await aWhile(500, 1500);
      if (trouble !== delay) return sufferOutage(scene, round, () => trouble(way));
      // All are answered, but late.
      await scene.suffer(() => trouble(way));
      await scene.recovered();
    },
  };
}

async function reset(proxy: TcpProxy): Promise<void> {
  for (let times = 0; times < RESETS; times += 1) {
    await aWhile(0, 200);
    proxy.reset(Math.random());
  }
}

/** @throws when there are no connections */
async function delay(proxy: TcpProxy): Promise<void> {
  for (let times = 0; times < RESETS / 4; times += 1) {
    if (proxy.openConnections === 0) throw new Error('there are no connections to delay');
    proxy.freeze();
    await aWhile(50, 1500);
    proxy.thaw();
    await aWhile(0, 300);
  }
}

/** Nobody ever says that they are dead. */
async function halfOpen(proxy: TcpProxy): Promise<void> {
  proxy.freeze();
  await aWhile(0, 500);
}
