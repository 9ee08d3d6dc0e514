import { rm } from 'node:fs/promises';
import type { Provider } from '@nestjs/common';
import { SignJWT } from 'jose';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import { createApplication } from '../../src/application';
import { type Config, readConfig } from '../../src/config';
import { Dispatcher } from '../../src/delivery/dispatcher';
import { ConsumerRegistry } from '../../src/events/consumer-registry';
import { Consumers } from '../../src/events/consumers';
import type { DurableConsumer } from '../../src/events/durable-consumer';
import { ItasConnector } from '../../src/itas-events/itas-connector';
import { createLogger } from '../../src/logger';
import { createDatabase, dropDatabase } from './database';
import { leftOpenByFile } from './left-open';
import { LogSecrets } from './log-secrets';
import { makeTempFolder } from './temp-folder';

export const SPG_KEY = 'test-spg-key';
const JWT_SECRET = 'test-secret-of-at-least-thirty-two-characters';

const ENVIRONMENT = {
  SPG_API_KEYS: SPG_KEY,
  AUTH_JWT_SECRET: JWT_SECRET,
  AUTH_ISSUER: 'test-issuer',
  RATE_LIMIT_PER_SECOND: '0',
  LOG_LEVEL: 'debug',
};

/** The application on a database, a data folder and a port of its own. Nothing in it runs by the clock: tests drive it. */
export interface Gateway {
  readonly url: string;
  readonly databaseUrl: string;
  readonly config: Config;
  readonly app: NestExpressApplication;
  readonly dataSource: DataSource;
  /** What was logged, a parsed line each. */
  readonly logs: Record<string, unknown>[];
  /** A bearer token. */
  token(claims?: Partial<Claims>): Promise<string>;
  /** Lets all consumers, or one, handle all that is in the log. @throws when what one needs elsewhere is away */
  settle(...only: string[]): Promise<void>;
  /** Delivers all that is due, and what follows from that, until nothing is due any more. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

interface Claims {
  partyId: string;
  clientId: string;
  organisation: string;
  scope: string;
}

export interface GatewayOptions {
  readonly env?: Record<string, string>;
  /** The database of another gateway: a second replica. */
  readonly databaseUrl?: string;
  /** Consumers and listeners besides those of the application. */
  readonly providers?: Provider[];
}

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const { env = {}, databaseUrl: shared, providers = [] } = options;
  const databaseUrl = shared ?? (await createDatabase());
  // The jobs are not scheduled in this role; consumers run only when a test says so.
  const dataDir = await makeTempFolder();
  const environment = { ...ENVIRONMENT, ROLE: 'api', DATA_DIR: dataDir, ...env };
  const config = readConfig(environment);
  const logs: Record<string, unknown>[] = [];
  const secrets = new LogSecrets({ ...environment, DATABASE_URL: databaseUrl });
  const logger = createLogger(config, {
    write: (line) => {
      secrets.look(line);
      logs.push(JSON.parse(line) as Record<string, unknown>);
    },
  });
  const app = await createApplication(config, databaseUrl, logger, providers);
  await app.listen(0, '127.0.0.1');
  const consumers = app.get(ConsumerRegistry);

  return {
    url: await app.getUrl(),
    databaseUrl,
    config,
    app,
    dataSource: app.get(DataSource),
    logs,
    token: (claims) => signToken(config, claims),
    settle: async (...only) => {
      const wanted = consumers.all().filter(({ name }) => only.length === 0 || only.includes(name));
      // What a consumer states, another one may wait for.
      for (let handled = -1; handled !== 0;) {
        handled = 0;
        for (const consumer of wanted) handled += await settleOne(app, consumer);
      }
    },
    deliver: async () => {
      const dispatcher = app.get(Dispatcher);
      while ((await dispatcher.runOnce()) > 0);
    },
    close: leftOpenByFile.add(async () => {
      try {
        // A test that fails does not come to stop what it has started.
        await Promise.all([Dispatcher, Consumers, ItasConnector].map((loops) => app.get(loops).stop()));
        await app.close();
      } finally {
        await rm(dataDir, { recursive: true, force: true });
        if (!shared) await dropDatabase(databaseUrl);
      }
      secrets.assertNone();
    }),
  };
}

async function settleOne(app: NestExpressApplication, consumer: DurableConsumer): Promise<number> {
  const loop = app.get(Consumers).loopOf(consumer);
  await loop.createCursor();
  let handled = 0;
  for (;;) {
    const outcome = await loop.runOnce();
    if (outcome.kind === 'handled' && outcome.events === 0) return handled;
    if (outcome.kind === 'away') throw new Error(`${consumer.name} can not go on`, { cause: outcome.error });
    if (outcome.kind === 'waiting') {
      await app
        .get(DataSource)
        .query('UPDATE event_cursor SET retry_at = NULL WHERE consumer = $1', [consumer.name]);
    }
    handled += 1;
  }
}

function signToken(config: Config, claims: Partial<Claims> = {}): Promise<string> {
  return new SignJWT({ partyId: 'party-1', clientId: 'client-1', organisation: 'Org One', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(config.auth.issuer)
    .setAudience(config.auth.audience)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(JWT_SECRET));
}
