import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module';
import { readConfig } from './config';
import { readDotEnv } from './dot-env';
import { Consumers } from './events/consumers';
import { EventLog } from './events/event-log';
import { rebuild } from './events/rebuild';
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
    await migrateDatabase(database.url, logger);
    const app = await NestFactory.createApplicationContext(AppModule.with(config, database.url, logger), {
      logger: nestLogger(logger),
      abortOnError: false,
    });
    const consumers = app.get(Consumers);
    const consumer = name === undefined ? undefined : consumers.named(name);
    if (!consumer?.reset) {
      const possible = consumers.all().flatMap((other) => (other.reset ? [other.name] : []));
      throw new Error(`usage: npm run rebuild -- <consumer>; one of: ${possible.join(', ')}`);
    }
    const events = await rebuild(app.get(DataSource), app.get(EventLog), consumer);
    logger.info({ consumer: name, events }, 'rebuilt from the event log');
    await app.close();
  } finally {
    await database.stop();
  }
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exitCode = 1;
});
