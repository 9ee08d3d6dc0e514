import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module';
import { readConfig } from './config';
import { readDotEnv } from './dot-env';
import { findPendingMigrations } from './database/find-pending-migrations';
import { ConsumerRegistry } from './events/consumer-registry';
import type { DurableConsumer } from './events/durable-consumer';
import { EventLog } from './events/event-log';
import { rebuild, RebuildRefused } from './events/rebuild';
import { createLogger, nestLogger } from './logger';
import { migrateDatabase, openDatabase } from './open-database';
import { explainStartFailure } from './start-failure';

/** `npm run rebuild -- <consumer>`: builds once more what a durable consumer has made of the event log. */
async function main(name: string | undefined): Promise<void> {
  readDotEnv();
  const config = readConfig({ ...process.env, ROLE: 'api' });
  const logger = createLogger(config);
  const database = await openDatabase(config, logger);
  try {
    if (config.database.migrateOnStart) await migrateDatabase(database.url, logger);
    const app = await NestFactory.createApplicationContext(AppModule.with(config, database.url, logger), {
      logger: nestLogger(logger),
      abortOnError: false,
    });
    try {
      const dataSource = app.get(DataSource);
      await refuseUnlessMigrated(dataSource);
      const consumer = find(app.get(ConsumerRegistry), name);
      const events = await rebuild(dataSource, app.get(EventLog), consumer);
      logger.info({ consumer: name, events }, 'rebuilt from the event log');
    } finally {
      await app.close();
    }
  } finally {
    await database.stop();
  }
}

/** Beside older replicas, a migration would be a roll-out that nobody has asked for. */
async function refuseUnlessMigrated(dataSource: DataSource): Promise<void> {
  const pending = await findPendingMigrations(dataSource);
  if (pending.length === 0) return;
  throw new RebuildRefused(
    `the database lacks migrations: ${pending.join(', ')}. Apply them by npm run migrate`,
  );
}

function find(consumers: ConsumerRegistry, name: string | undefined): DurableConsumer {
  const possible = consumers.all().flatMap((each) => (each.reset ? [each] : []));
  const consumer = possible.find((each) => each.name === name);
  if (consumer) return consumer;
  const names = possible.map((each) => each.name).join(', ');
  throw new RebuildRefused(`usage: npm run rebuild -- <consumer>; one of: ${names}`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exitCode = 1;
});
