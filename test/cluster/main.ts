import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CleanUp } from '../support/clean-up';
import { HOW_TO_GET_NATS_SERVER } from '../support/nats-server';
import { INSTALL_NGINX } from '../support/nginx';
import { Cluster } from './cluster';
import type { Replica, Role } from './replica';
import { settingsIn } from './settings';

/** As an orchestrator does with a process that has ended. */
const RESTART_MS = 3000;

/** `npm run cluster`: the topology of `docker/compose.yaml` on this machine, to look at and to break. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      api: { type: 'string', default: '2' },
      worker: { type: 'string', default: '2' },
      all: { type: 'string', default: '0' },
      /** Of nginx; the replicas have those that follow. */
      port: { type: 'string', default: '8080' },
      data: { type: 'string', default: '.data/cluster' },
    },
  });
  const roles = (['api', 'worker', 'all'] as const).flatMap((role) =>
    Array.from({ length: Number(values[role]) }, (): Role => role),
  );
  const cleanUp = new CleanUp();
  let ending = false;
  const dataDir = resolve(values.data);
  await mkdir(dataDir, { recursive: true });
  try {
    const { url, databaseUrl, replicas, nginx, nats } = await Cluster.start(
      {
        dataDir,
        roles,
        port: Number(values.port),
        env: settingsIn(process.env),
        log: (line) => ending || tell(line),
      },
      cleanUp,
    );
    // Without its password, which would be in whatever keeps the output.
    tell(`PostgreSQL  ${new URL(databaseUrl).host}`);
    tell(
      nginx
        ? `nginx       ${url}  pid ${nginx.pid}`
        : `nginx       SKIPPED, as there is none: ${INSTALL_NGINX}`,
    );
    tell(`NATS        ${nats?.url ?? process.env['NATS_URL'] ?? `SKIPPED: ${HOW_TO_GET_NATS_SERVER}`}`);
    for (const replica of replicas) introduce(replica);
    tell(
      `Send to ${url}. Kill what you like: a replica is started again after three seconds. Ctrl-C ends all.`,
    );
    cleanUp.defer(() => {
      ending = true;
    });
    await Promise.all(replicas.map((replica) => keepAlive(replica, () => ending)));
  } finally {
    await cleanUp.run();
  }
}

async function keepAlive(replica: Replica, isEnding: () => boolean): Promise<void> {
  for (;;) {
    const { code, signal } = await replica.exited;
    if (isEnding()) return;
    tell(`${replica.name} has ended (${signal ?? code})`);
    await sleep(RESTART_MS);
    if (isEnding()) return;
    replica.restart();
    introduce(replica);
    void tellWhenReady(replica);
  }
}

async function tellWhenReady(replica: Replica): Promise<void> {
  // One that ends instead is told of as such.
  await replica.ready().then(
    () => tell(`${replica.name} is ready`),
    () => undefined,
  );
}

function introduce({ name, url, pid }: Replica): void {
  tell(`${name.padEnd(10)}  ${url}  pid ${pid}`);
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
