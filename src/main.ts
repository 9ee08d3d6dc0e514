import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createApplication } from './application';
import { type Config, readConfig } from './config';
import { readDotEnv } from './dot-env';
import { Dispatcher } from './delivery/dispatcher';
import { Consumers } from './events/consumers';
import { OpenReaders } from './events/open-readers';
import { Readiness } from './health/readiness';
import { ItasConnector } from './itas-events/itas-connector';
import { createLogger } from './logger';
import { migrateDatabase, openDatabase, untilMigrated } from './open-database';
import { explainStartFailure, ListenFailure } from './start-failure';
import { welcome } from './welcome';

/**
 * From closing the port: connections that are still busy by then are cut. Under the 10 s of Docker. A consumer whose
 * batch takes longer is ended by Docker, harmlessly: its transaction is undone.
 */
const GRACE_MS = 8000;

async function main(): Promise<void> {
  readDotEnv();
  const config = readConfig(process.env);
  const logger = createLogger(config);
  const stopping = new AbortController();
  const started = start(config, logger, stopping.signal);
  stopOnSignal(started, stopping, logger);
  await started;
}

/** From the first moment on: a signal while it starts lets it start, and then stops it, PostgreSQL included. */
function stopOnSignal(
  started: Promise<() => Promise<void>>,
  stopping: AbortController,
  logger: Logger,
): void {
  const stop = async (signal: string): Promise<void> => {
    logger.info({ signal }, 'stopping');
    try {
      const stopAll = await started;
      await stopAll();
      process.exit(0);
    } catch (error) {
      logger.fatal({ err: error }, 'could not stop cleanly');
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Impatience (a second Ctrl-C) must not cut short what keeps the data whole.
    process.on(signal, () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      void stop(signal);
    });
  }
}

/** @returns what stops it again */
async function start(config: Config, logger: Logger, stopping: AbortSignal): Promise<() => Promise<void>> {
  const database = await openDatabase(config, logger);
  try {
    if (config.database.migrateOnStart) await migrateDatabase(database.url, logger);
    else await untilMigrated(database.url, logger, stopping);
    if (stopping.aborted) return () => database.stop();
    const app = await createApplication(config, database.url, logger);
    await app.listen(config.port, config.host).catch((error: unknown) => {
      throw new ListenFailure(config.host, config.port, error);
    });
    const consumers = app.get(Consumers);
    const dispatcher = app.get(Dispatcher);
    const itas = app.get(ItasConnector);
    if (config.runsWork) {
      consumers.start();
      dispatcher.start();
      itas.start();
    }
    const url = await app.getUrl();
    // In production each line is JSON.
    if (config.production) logger.info({ url }, 'listening');
    else process.stdout.write(welcome(url, config));

    return async () => {
      app.get(Readiness).drain();
      // Another replica takes the work over at once. Requests go on to come until the balancer has noticed.
      const worksNoMore = Promise.all([consumers.stop(), dispatcher.stop(), itas.stop()]);
      await sleep(config.shutdownDelayMs);
      app.get(OpenReaders).stop(); // now that the balancer sends them elsewhere
      const server = app.getHttpServer();
      const overdue = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      // Before the modules end: what is on its way needs them.
      await Promise.all([new Promise((resolve) => server.close(resolve)), worksNoMore]);
      await app.close();
      clearTimeout(overdue);
      await database.stop();
      logger.info('stopped');
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exit(1);
});
