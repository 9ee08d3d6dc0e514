import { settingsIn } from '../cluster/settings';

it('a cluster takes what the gateway knows from its environment, but not what makes its replicas its own', () => {
  const env = {
    ITAS_URL: 'https://itas.example.nz',
    RETENTION_DAYS: '7',
    PATH: '/usr/bin',
    PORT: '3000',
    HOST: '0.0.0.0',
    ROLE: 'all',
    NODE_ENV: 'production',
    DATA_DIR: '.data',
    DATABASE_URL: 'postgres://karere@db/karere',
    MIGRATE_ON_START: 'false',
    TRUST_PROXY: 'false',
    SHUTDOWN_DELAY_MS: '0',
  };
  expect(settingsIn(env)).toEqual({ ITAS_URL: 'https://itas.example.nz', RETENTION_DAYS: '7' });
});
