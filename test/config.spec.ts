import { type Config, InvalidEnvironment, readConfig } from '../src/config';
import { DEVELOPMENT } from '../src/development';
import { environment } from '../src/environment';
import { parseUser } from '../src/followup-booking/user';

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://karere:secret@db.example.nz/karere',
  SPG_API_KEYS: 'agreed-key',
  AUTH_JWT_SECRET: 'a-secret-of-at-least-thirty-two-characters',
  AUTH_ISSUER: 'https://login.example.nz',
  ENCRYPTION_KEY: Buffer.alloc(32, 'k').toString('base64'),
  SMTP_URL: 'smtps://karere:secret@mail.example.nz',
  FOLLOWUP_JWT_SECRET: 'another-secret-of-at-least-thirty-two-characters',
};

const NATS_URL = 'tls://karere:p%40ss@one.example.nz:4223, tls://two.example.nz';

const PASSWORD_HASH = 'scrypt.10.8.1.AAAAAAAAAAAAAAAAAAAAAA.hash-of-no-password-at-all';

const OLD_KEY = Buffer.alloc(32, 'o').toString('base64');
const OLD_SECRET = 'a-secret-before-it-of-at-least-thirty-two-characters';

const TFF = {
  TFF_NOTIFICATIONS_URL: 'https://api.tff.example.nz/notifications',
  TFF_TOKEN_URL: 'https://login.tff.example.nz/token',
  TFF_CLIENT_ID: 'karere',
  TFF_CLIENT_SECRET: 'tff-secret',
};

const ITAS = {
  ITAS_URL: 'http://itas.example.nz:81',
  ITAS_TOPICS: '3-10, 6-21',
  ITAS_CLIENT_KEY: 'client-1',
  ITAS_HMAC_SECRET: 'c2VjcmV0',
};

/** Another value than the default of everything that can be set together. */
const EVERYTHING = {
  ...PRODUCTION,
  ...TFF,
  ...ITAS,
  ITAS_API_VERSION: '2',
  ITAS_SUBSCRIBER: 'kea',
  ITAS_TOPICS: ' 3-10, 6-21,,3-10 ',
  ITAS_COMPANY_CODE: 'AA',
  ITAS_CLIENT_KEY_HEADER: 'X-Key',
  ITAS_HMAC_HEADER: 'X-Hmac',
  ITAS_TIMEZONE: 'Europe/London',
  ITAS_POLL_SECONDS: '0',
  ITAS_TIMEOUT_MS: '500',
  PORT: '8080',
  HOST: '::1',
  ROLE: 'api',
  LOG_LEVEL: 'warn',
  TRUST_PROXY: ' 1 ',
  SHUTDOWN_DELAY_MS: '2000',
  RATE_LIMIT_PER_SECOND: '0',
  DATABASE_POOL_SIZE: '20',
  DATA_DIR: '/var/lib/karere',
  MIGRATE_ON_START: 'false',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example.nz:4318',
  OTEL_SERVICE_NAME: ' karere-north ',
  OWNER_PARTY_ID: 'tff',
  NATS_URL,
  NATS_STREAM: 'EVENTS_of-karere',
  NATS_REPLICAS: '3',
  NATS_MAX_AGE_DAYS: '14',
  NATS_DUPLICATE_WINDOW_MS: '60000',
  AUTH_JWT_SECRETS_PREVIOUS: OLD_SECRET,
  AUTH_AUDIENCE: 'notifications',
  SPG_API_KEYS: ' old-key, new-key ,, ',
  SPG_GAP_GRACE_MS: '5',
  ENCRYPTION_KEYS_PREVIOUS: OLD_KEY,
  WEBHOOK_ALLOWED_NETWORKS: '10.1.0.0/16, fd00::/8',
  WEBHOOK_ALLOW_HTTP: 'true',
  WEBHOOK_TIMEOUT_MS: '9000',
  RETRY_SCHEDULE: '1s, 2m',
  DELIVERY_CONCURRENCY: '64',
  ENDPOINT_CONCURRENCY: '4',
  CHANNEL_DISABLE_AFTER_DAYS: '0.5',
  SMTP_TIMEOUT_MS: '5000',
  MAIL_FROM: 'noc@example.nz',
  MAX_SUBSCRIPTIONS_PER_PARTY: '7',
  MAX_CHANNELS_PER_SUBSCRIPTION: '3',
  MAX_ATTRIBUTES_PER_FILTER: '50',
  REPLAY_MAX_LIMIT: '50',
  REPLAY_PER_SECOND: '7',
  CHECKPOINT_AFTER_MS: '0',
  RETENTION_DAYS: '30',
  FOLLOWUP_JWT_SECRETS_PREVIOUS: OLD_SECRET,
  FOLLOWUP_TOKEN_TTL_MS: '60000',
  FOLLOWUP_USERS: ` aroha:${PASSWORD_HASH}, wiremu:${PASSWORD_HASH} `,
  FOLLOWUP_ORDER_FORMAT: ' WO.{0000}-F ',
  FOLLOWUP_ORDER_START: '70000',
  FOLLOWUP_SLOT_TYPE: '2001',
  FOLLOWUP_AVAILABLE_TYPE: '1001',
  FOLLOWUP_NOT_AVAILABLE_TYPE: '1002',
  FOLLOWUP_REMIND_AT: '17:30',
};

/** What is wrong with an environment, a line each; nothing when it is good. */
function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    return error.problems;
  }
}

/** The names that the problems begin with. */
function namedBy(env: NodeJS.ProcessEnv): string[] {
  return problemsOf(env).map((problem) => problem.slice(0, problem.indexOf(':')));
}

function without(name: keyof typeof PRODUCTION): NodeJS.ProcessEnv {
  return { ...PRODUCTION, [name]: undefined };
}

describe('an environment that sets nothing', () => {
  it('is good for development', () => {
    expect(readConfig({})).toEqual<Config>({
      production: false,
      port: 3000,
      host: '127.0.0.1',
      servesApi: true,
      runsWork: true,
      logLevel: 'info',
      trustProxy: false,
      shutdownDelayMs: 0,
      rateLimitPerSecond: 5000,
      database: { url: undefined, poolSize: 10, dataDir: '.data', migrateOnStart: true },
      tracing: undefined,
      ownerPartyId: 'owner',
      nats: undefined,
      auth: {
        keys: { secrets: { current: DEVELOPMENT.jwtSecret, previous: [] } },
        issuer: DEVELOPMENT.issuer,
        audience: 'karere',
      },
      spg: { apiKeys: [DEVELOPMENT.spgApiKey], gapGraceMs: 30_000, replay: undefined },
      subscriptions: {
        maxPerParty: 1000,
        maxChannels: 20,
        maxAttributes: 1000,
        checkpointAfterMs: 3_600_000,
      },
      retentionDays: 90,
      itas: { timezone: 'UTC', mailbox: undefined },
      delivery: {
        encryptionKeys: { current: DEVELOPMENT.encryptionKey, previous: [] },
        allowedNetworks: ['127.0.0.0/8', '::1/128'],
        allowHttp: true,
        timeoutMs: 15_000,
        retryDelaysMs: [5000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000],
        concurrency: 256,
        endpointConcurrency: 16,
        disableAfterMs: 432_000_000,
        replayMaxLimit: 1000,
        replayPerSecond: 200,
        mail: { from: 'Karere <karere@localhost>', timeoutMs: 30_000, to: { folder: '.data/mail' } },
      },
      followup: {
        jwtSecrets: { current: DEVELOPMENT.followup.jwtSecret, previous: [] },
        tokenTtlMs: 43_200_000,
        users: [parseUser(`technician:${DEVELOPMENT.followup.passwordHash}`)],
        orderNumber: { prefix: 'FU-', digits: 6, suffix: '', start: 1 },
        constraintTypes: { slot: '1001', available: '1002', notAvailable: '1003' },
        remindAt: '09:00',
      },
    });
  });

  it('is the same as one that sets everything to nothing', () => {
    const names = Object.keys(environment.shape);
    for (const nothing of ['', ' ', '\t\r\n']) {
      expect(readConfig(Object.fromEntries(names.map((name) => [name, nothing])))).toEqual(readConfig({}));
    }
  });
});

describe('an environment that sets everything', () => {
  it('leaves out only what goes with nothing else', () => {
    const left = Object.keys(environment.shape).filter((name) => !(name in EVERYTHING));
    expect(left).toEqual(['AUTH_JWKS_URL', 'NATS_TOKEN', 'NATS_CREDS_FILE']);
  });

  it('decides everything', () => {
    expect(readConfig(EVERYTHING)).toEqual<Config>({
      production: true,
      port: 8080,
      host: '::1',
      servesApi: true,
      runsWork: false,
      logLevel: 'warn',
      trustProxy: 1,
      shutdownDelayMs: 2000,
      rateLimitPerSecond: 0,
      database: {
        url: PRODUCTION.DATABASE_URL,
        poolSize: 20,
        dataDir: '/var/lib/karere',
        migrateOnStart: false,
      },
      tracing: { endpoint: 'http://collector.example.nz:4318', serviceName: 'karere-north' },
      ownerPartyId: 'tff',
      nats: {
        servers: ['one.example.nz:4223', 'two.example.nz:4222'],
        tls: true,
        credentials: { user: 'karere', password: 'p@ss' },
        stream: 'EVENTS_of-karere',
        replicas: 3,
        maxAgeMs: 1_209_600_000,
        duplicateWindowMs: 60_000,
      },
      auth: {
        keys: { secrets: { current: PRODUCTION.AUTH_JWT_SECRET, previous: [OLD_SECRET] } },
        issuer: PRODUCTION.AUTH_ISSUER,
        audience: 'notifications',
      },
      spg: {
        apiKeys: ['old-key', 'new-key'],
        gapGraceMs: 5,
        replay: {
          url: TFF.TFF_NOTIFICATIONS_URL,
          tokenUrl: TFF.TFF_TOKEN_URL,
          clientId: 'karere',
          clientSecret: 'tff-secret',
        },
      },
      subscriptions: { maxPerParty: 7, maxChannels: 3, maxAttributes: 50, checkpointAfterMs: 0 },
      retentionDays: 30,
      itas: {
        timezone: 'Europe/London',
        mailbox: {
          url: ITAS.ITAS_URL,
          apiVersion: 2,
          subscriber: 'kea',
          topics: ['3-10', '6-21'],
          companyCode: 'AA',
          headers: { 'X-Key': 'client-1', 'X-Hmac': 'c2VjcmV0' },
          pollSeconds: 0,
          timeoutMs: 500,
        },
      },
      delivery: {
        encryptionKeys: { current: PRODUCTION.ENCRYPTION_KEY, previous: [OLD_KEY] },
        allowedNetworks: ['10.1.0.0/16', 'fd00::/8'],
        allowHttp: true,
        timeoutMs: 9000,
        retryDelaysMs: [1000, 120_000],
        concurrency: 64,
        endpointConcurrency: 4,
        disableAfterMs: 43_200_000,
        replayMaxLimit: 50,
        replayPerSecond: 7,
        mail: { from: 'noc@example.nz', timeoutMs: 5000, to: { smtpUrl: PRODUCTION.SMTP_URL } },
      },
      followup: {
        jwtSecrets: { current: PRODUCTION.FOLLOWUP_JWT_SECRET, previous: [OLD_SECRET] },
        tokenTtlMs: 60_000,
        users: ['aroha', 'wiremu'].map((name) => parseUser(`${name}:${PASSWORD_HASH}`)),
        orderNumber: { prefix: 'WO.', digits: 4, suffix: '-F', start: 70_000 },
        constraintTypes: { slot: '2001', available: '1001', notAvailable: '1002' },
        remindAt: '17:30',
      },
    });
  });

  it.each([
    ['all', { servesApi: true, runsWork: true }],
    ['api', { servesApi: true, runsWork: false }],
    ['worker', { servesApi: false, runsWork: true }],
  ])('as the role %s', (role, duties) => {
    expect(readConfig({ ROLE: role })).toMatchObject(duties);
  });

  it('is frozen, all the way down', () => {
    const config = readConfig({ ...PRODUCTION, ...TFF, ...ITAS });
    const seen: unknown[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      seen.push(value);
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(visit);
    };
    visit(config);
    expect(seen).toEqual(expect.arrayContaining([config, config.auth.keys, config.spg.apiKeys]));
    expect(seen).toEqual(expect.arrayContaining([config.spg.replay, config.itas.mailbox]));
  });
});

type Setting = keyof typeof environment.shape;

const ANY_TEXT: readonly string[] = [];

/** Values that a setting can not have. */
const WRONG: Readonly<Record<Setting, readonly string[]>> = {
  NODE_ENV: ANY_TEXT,
  PORT: ['http', '65536', '-1', '30.5'],
  HOST: ANY_TEXT,
  ROLE: ['API'],
  LOG_LEVEL: ['verbose'],
  TRUST_PROXY: ['balancer.example.nz'],
  SHUTDOWN_DELAY_MS: ['1s', '86400001'],
  RATE_LIMIT_PER_SECOND: ['-1'],
  DATABASE_URL: ['localhost', 'mysql://localhost/karere'],
  DATABASE_POOL_SIZE: ['1', '501'],
  DATA_DIR: ANY_TEXT,
  MIGRATE_ON_START: ['yes'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['collector:4317'],
  OTEL_SERVICE_NAME: ANY_TEXT,
  OWNER_PARTY_ID: ANY_TEXT,
  AUTH_JWKS_URL: ['ftp://login.example.nz/keys'],
  AUTH_JWT_SECRET: ['x'.repeat(31)],
  AUTH_JWT_SECRETS_PREVIOUS: ['x'.repeat(31), `${OLD_SECRET},short`],
  AUTH_ISSUER: ANY_TEXT,
  AUTH_AUDIENCE: ANY_TEXT,
  NATS_URL: [
    'localhost:4222',
    'http://localhost:4222',
    'nats://one.example.nz, tls://two.example.nz',
    'nats://one.example.nz/events',
    ',',
  ],
  NATS_TOKEN: ANY_TEXT,
  NATS_CREDS_FILE: ANY_TEXT,
  NATS_STREAM: ['two words', 'karere.events'],
  NATS_REPLICAS: ['0', '6'],
  NATS_MAX_AGE_DAYS: ['0'],
  NATS_DUPLICATE_WINDOW_MS: ['99'],
  SPG_API_KEYS: [' , ,'],
  SPG_GAP_GRACE_MS: ['soon'],
  TFF_NOTIFICATIONS_URL: ['api.tff.example.nz/notifications'],
  TFF_TOKEN_URL: ['login.tff.example.nz'],
  TFF_CLIENT_ID: ANY_TEXT,
  TFF_CLIENT_SECRET: ANY_TEXT,
  ITAS_URL: ['itas.example.nz:81'],
  ITAS_API_VERSION: ['3'],
  ITAS_SUBSCRIBER: ['x'.repeat(101)],
  ITAS_TOPICS: [',', '3', '3-10,3-10a', '1234-1', '1-12345'],
  ITAS_COMPANY_CODE: ANY_TEXT,
  ITAS_CLIENT_KEY: ['two\nlines'],
  ITAS_HMAC_SECRET: ['two words'],
  ITAS_CLIENT_KEY_HEADER: ['Client:Key'],
  ITAS_HMAC_HEADER: ['my header'],
  ITAS_TIMEZONE: ['London'],
  ITAS_POLL_SECONDS: ['91'],
  ITAS_TIMEOUT_MS: ['99'],
  ENCRYPTION_KEY: [Buffer.alloc(31).toString('base64'), 'x'.repeat(32)],
  ENCRYPTION_KEYS_PREVIOUS: [`${OLD_KEY},${Buffer.alloc(31).toString('base64')}`],
  WEBHOOK_ALLOWED_NETWORKS: ['10.0.0.0/33', '10.0.0.0/8, inside'],
  WEBHOOK_ALLOW_HTTP: ['yes'],
  WEBHOOK_TIMEOUT_MS: ['99', '60001'],
  RETRY_SCHEDULE: ['5', '5s 30s', '5s,,30s', '25h', '0s'],
  DELIVERY_CONCURRENCY: ['0', '10001'],
  ENDPOINT_CONCURRENCY: ['0', '1001'],
  CHANNEL_DISABLE_AFTER_DAYS: ['0', '366'],
  REPLAY_MAX_LIMIT: ['0', '1000001'],
  REPLAY_PER_SECOND: ['0', '10001'],
  CHECKPOINT_AFTER_MS: ['-1', '1h'],
  RETENTION_DAYS: ['0', '36501'],
  SMTP_URL: ['mail.example.nz:25', 'http://mail.example.nz'],
  SMTP_TIMEOUT_MS: ['99', '300001'],
  MAIL_FROM: ANY_TEXT,
  MAX_SUBSCRIPTIONS_PER_PARTY: ['0', '1000001'],
  MAX_CHANNELS_PER_SUBSCRIPTION: ['0', '51'],
  MAX_ATTRIBUTES_PER_FILTER: ['0', '100001'],
  FOLLOWUP_JWT_SECRET: ['x'.repeat(31)],
  FOLLOWUP_JWT_SECRETS_PREVIOUS: ['x'.repeat(31), `${OLD_SECRET},short`],
  FOLLOWUP_TOKEN_TTL_MS: ['59999', '86400001'],
  FOLLOWUP_USERS: ['aroha', 'aroha:kakapo'],
  FOLLOWUP_ORDER_FORMAT: ['FU-', 'FU {000}', '{0}{0}'],
  FOLLOWUP_ORDER_START: ['0'],
  FOLLOWUP_SLOT_TYPE: ['1003'],
  FOLLOWUP_AVAILABLE_TYPE: ANY_TEXT,
  FOLLOWUP_NOT_AVAILABLE_TYPE: ANY_TEXT,
  FOLLOWUP_REMIND_AT: ['24:00', '9:00'],
};

describe('what is wrong is named', () => {
  it.each(Object.keys(environment.shape) as Setting[])('in %s, if anything can be', (name) => {
    // With what it needs beside it.
    const others = { ...TFF, ...ITAS };
    const named = (value: string): string[] =>
      namedBy({ ...others, [name]: value }).map((each) => each.replace(/\.\d+$/, ''));
    for (const value of WRONG[name]) expect([value, named(value)]).toEqual([value, [name]]);
    if (WRONG[name] === ANY_TEXT) expect(named('any: text, ä')).toEqual([]);
  });

  it.each(['aroha', `:${PASSWORD_HASH}`, `aroha:kakapo`, `aroha:${PASSWORD_HASH.replace('.10.', '.9.')}`])(
    'FOLLOWUP_USERS = %j',
    (value) => {
      expect(namedBy({ FOLLOWUP_USERS: `wiremu:${PASSWORD_HASH},${value}` })).toEqual(['FOLLOWUP_USERS.1']);
    },
  );

  it('FOLLOWUP_USERS with two passwords for one name', () => {
    const users = ['aroha', 'wiremu', 'aroha'].map((name) => `${name}:${PASSWORD_HASH}`).join();
    expect(namedBy({ FOLLOWUP_USERS: users })).toEqual(['FOLLOWUP_USERS']);
  });

  it('all at once, whatever kind of mistake it is', () => {
    const env = {
      NODE_ENV: 'production',
      PORT: 'http',
      ROLE: 'boss',
      AUTH_JWKS_URL: 'https://login.example.nz/keys',
      AUTH_JWT_SECRET: DEVELOPMENT.jwtSecret,
      SPG_API_KEYS: `agreed-key,${DEVELOPMENT.spgApiKey}`,
      TFF_CLIENT_ID: 'karere',
      TFF_TOKEN_URL: 'login.tff.example.nz',
    };
    expect(namedBy(env).toSorted()).toEqual([
      'AUTH_ISSUER',
      'AUTH_JWT_SECRET',
      'AUTH_JWT_SECRET',
      'DATABASE_URL',
      'ENCRYPTION_KEY',
      'FOLLOWUP_JWT_SECRET',
      'PORT',
      'ROLE',
      'SMTP_URL',
      'SPG_API_KEYS',
      'TFF_CLIENT_SECRET',
      'TFF_NOTIFICATIONS_URL',
      'TFF_TOKEN_URL',
    ]);
  });

  it('and a secret that is wrong is not shown', () => {
    const problems = problemsOf({
      AUTH_JWT_SECRET: 'kakapo-1',
      DATABASE_URL: 'mysql://karere:kakapo-2@localhost/karere',
      TFF_CLIENT_SECRET: 'kakapo-3',
      FOLLOWUP_JWT_SECRET: 'kakapo-4',
      FOLLOWUP_USERS: 'aroha:kakapo-5',
    });
    expect(problems).not.toHaveLength(0);
    expect(problems.join()).not.toContain('kakapo');
  });

  it('in a message for the terminal, a line each', () => {
    expect(() => readConfig({ PORT: 'http', ROLE: 'boss' })).toThrow(
      /^The environment is not valid:\n  PORT: .+\n  ROLE: .+$/,
    );
  });

  it('but what nobody here knows is not looked at', () => {
    expect(problemsOf({ PATH: '/bin', PORTS: 'many' })).toEqual([]);
  });
});

describe('production', () => {
  it.each(['production', ' production\r'])('is what NODE_ENV = %j says', (name) => {
    expect(readConfig({ ...PRODUCTION, NODE_ENV: name })).toMatchObject({
      production: true,
      host: '0.0.0.0',
    });
  });

  it.each([
    'DATABASE_URL',
    'SPG_API_KEYS',
    'AUTH_ISSUER',
    'ENCRYPTION_KEY',
    'SMTP_URL',
    'FOLLOWUP_JWT_SECRET',
  ] as const)('requires %s', (name) => {
    expect(problemsOf(without(name))).toEqual([`${name}: is required in production`]);
    expect(problemsOf({ ...PRODUCTION, [name]: ' ' })).toEqual([`${name}: is required in production`]);
  });

  it('requires a way to check tokens', () => {
    expect(problemsOf(without('AUTH_JWT_SECRET'))).toEqual([
      'AUTH_JWKS_URL or AUTH_JWT_SECRET: one is required in production',
    ]);
  });

  it.each([
    ['SPG_API_KEYS', DEVELOPMENT.spgApiKey],
    ['SPG_API_KEYS', `agreed-key, ${DEVELOPMENT.spgApiKey}`],
    ['AUTH_JWT_SECRET', DEVELOPMENT.jwtSecret],
    ['AUTH_JWT_SECRETS_PREVIOUS', `${'a'.repeat(32)}, ${DEVELOPMENT.jwtSecret}`],
    ['ENCRYPTION_KEY', DEVELOPMENT.encryptionKey],
    ['FOLLOWUP_JWT_SECRET', DEVELOPMENT.followup.jwtSecret],
    ['FOLLOWUP_JWT_SECRETS_PREVIOUS', DEVELOPMENT.followup.jwtSecret],
    ['FOLLOWUP_USERS', `technician:${DEVELOPMENT.followup.passwordHash}`],
  ])('refuses %s = %s, which development allows', (name, value) => {
    expect(namedBy({ ...PRODUCTION, [name]: value })).toEqual([name]);
    expect(namedBy({ [name]: value })).toEqual([]);
  });

  it('opens what was sealed in development', () => {
    const env = { ...PRODUCTION, ENCRYPTION_KEYS_PREVIOUS: DEVELOPMENT.encryptionKey };
    expect(readConfig(env).delivery.encryptionKeys.previous).toEqual([DEVELOPMENT.encryptionKey]);
  });

  describe.each([
    ['AUTH_JWKS_URL', without('AUTH_JWT_SECRET')],
    ['TFF_TOKEN_URL', { ...PRODUCTION, ...TFF }],
    ['TFF_NOTIFICATIONS_URL', { ...PRODUCTION, ...TFF }],
  ])('asks %s', (name, env) => {
    it.each([
      'http://login.example.nz/x',
      'HTTP://10.1.2.3/x',
      'http://localhost.example.nz',
      'http://127.0.0.1.nz',
    ])('not over %s, where others may listen and answer', (url) => {
      expect(problemsOf({ ...env, [name]: url })).toEqual([`${name}: must be https in production`]);
      expect(problemsOf({ ...env, NODE_ENV: 'development', [name]: url })).toEqual([]);
    });

    it.each([
      'https://login.example.nz/x',
      'http://localhost:8080/x',
      'http://127.0.0.1/x',
      'http://[::1]:80/x',
    ])('over %s', (url) => {
      expect(problemsOf({ ...env, [name]: url })).toEqual([]);
    });
  });
});

describe('users of the follow-up booking', () => {
  it('are nobody in production, unless they are named', () => {
    expect(readConfig(PRODUCTION).followup.users).toEqual([]);
  });
});

describe('bearer tokens are checked', () => {
  const jwksUrl = 'https://login.example.nz/.well-known/jwks.json';

  it("by the issuer's keys, or by a secret", () => {
    const byKeys = readConfig({ ...without('AUTH_JWT_SECRET'), AUTH_JWKS_URL: jwksUrl });
    expect(byKeys.auth.keys).toEqual({ jwksUrl });
    expect(readConfig(PRODUCTION).auth.keys).toEqual({
      secrets: { current: PRODUCTION.AUTH_JWT_SECRET, previous: [] },
    });
  });

  it('by the secrets before it as well, each as long as it has to be', () => {
    const previous = ['a'.repeat(32), 'b'.repeat(40)];
    const env = { ...PRODUCTION, AUTH_JWT_SECRETS_PREVIOUS: previous.join(' , ') };
    expect(readConfig(env).auth.keys).toEqual({ secrets: { current: PRODUCTION.AUTH_JWT_SECRET, previous } });
    expect(() => readConfig({ ...PRODUCTION, AUTH_JWT_SECRETS_PREVIOUS: 'short' })).toThrow(
      'AUTH_JWT_SECRETS_PREVIOUS',
    );
  });

  it('not by both', () => {
    expect(problemsOf({ ...PRODUCTION, AUTH_JWKS_URL: jwksUrl })).toEqual([
      'AUTH_JWT_SECRET: set either this or AUTH_JWKS_URL, not both',
    ]);
  });
});

describe('asking for a replay', () => {
  it.each(Object.keys(TFF))('needs %s besides the others', (name) => {
    expect(namedBy({ ...TFF, [name]: '' })).toEqual([name]);
  });

  it.each(Object.entries(TFF))('is not set up by %s alone', (name, value) => {
    expect(namedBy({ [name]: value })).toEqual(Object.keys(TFF).filter((other) => other !== name));
  });
});

describe('the mailbox at ITAS', () => {
  it('is polled by v1 in the name of the company GF unless it is said otherwise', () => {
    expect(readConfig(ITAS).itas).toEqual({
      timezone: 'UTC',
      mailbox: {
        url: 'http://itas.example.nz:81',
        apiVersion: 1,
        subscriber: 'karere',
        topics: ['3-10', '6-21'],
        companyCode: 'GF',
        headers: { ClientKey: 'client-1', HMAC: 'c2VjcmV0' },
        pollSeconds: 60,
        timeoutMs: 15_000,
      },
    });
  });

  it('is not polled without ITAS_URL, whatever else is set', () => {
    expect(readConfig({ ...ITAS, ITAS_URL: '' }).itas.mailbox).toBeUndefined();
  });

  it.each(['ITAS_TOPICS', 'ITAS_CLIENT_KEY', 'ITAS_HMAC_SECRET'])('needs %s', (name) => {
    expect(problemsOf({ ...ITAS, [name]: '' })).toEqual([`${name}: is required with ITAS_URL`]);
  });

  it.each(['3', '3-10a', '1234-1', '1-12345'])('has no topic %s', (topic) => {
    expect(problemsOf({ ...ITAS, ITAS_TOPICS: `3-10,${topic}` })).toEqual([
      'ITAS_TOPICS.1: must be numbers of topics, such as 2-220',
    ]);
  });
});

describe('publishing to NATS', () => {
  it('keeps messages as long as the log keeps events, unless it is said otherwise', () => {
    expect(readConfig({ NATS_URL: 'nats://localhost', RETENTION_DAYS: '30' }).nats).toEqual({
      servers: ['localhost:4222'],
      tls: false,
      credentials: undefined,
      stream: 'KARERE',
      replicas: 1,
      maxAgeMs: 2_592_000_000,
      duplicateWindowMs: 120_000,
    });
  });

  it('is off without NATS_URL, whatever else is set', () => {
    expect(readConfig({ NATS_STREAM: 'KARERE', NATS_TOKEN: 'secret' }).nats).toBeUndefined();
  });

  it.each([
    [{ NATS_URL: 'nats://s3cr%2Ft@localhost' }, { token: 's3cr/t' }],
    [{ NATS_URL: 'nats://one,nats://karere:s3cret@two' }, { user: 'karere', password: 's3cret' }],
    [{ NATS_URL: 'nats://localhost', NATS_TOKEN: 's3cret' }, { token: 's3cret' }],
    [
      { NATS_URL: 'nats://localhost', NATS_CREDS_FILE: '/etc/karere.creds' },
      { credsFile: '/etc/karere.creds' },
    ],
  ])('has credentials from %j', (env, credentials) => {
    expect(readConfig(env).nats?.credentials).toEqual(credentials);
  });

  it.each([
    [{ NATS_URL: 'nats://a:b@localhost', NATS_TOKEN: 's3cret' }, 'NATS_TOKEN', 'NATS_URL'],
    [{ NATS_URL: 'nats://a@localhost', NATS_CREDS_FILE: '/c' }, 'NATS_CREDS_FILE', 'NATS_URL'],
    [{ NATS_URL: 'nats://a', NATS_TOKEN: 's', NATS_CREDS_FILE: '/c' }, 'NATS_CREDS_FILE', 'NATS_TOKEN'],
  ])('has them from one place: %j', (env, name, other) => {
    expect(problemsOf(env)).toEqual([`${name}: must not be set when ${other} has credentials already`]);
  });

  it('does not repeat what may hold a secret', () => {
    const problems = problemsOf({ NATS_URL: 'https://karere:s3cret@one.example.nz' });
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain('s3cret');
  });
});
