import { DEVELOPMENT } from '../../src/development';
import { LogSecrets } from '../support/log-secrets';

const KEY = 'key-of-the-gateway';

it.each([
  ['the value of a setting', `{"msg":"refused ${KEY}"}`],
  ['one of several', '{"msg":"refused the-key-before-it"}'],
  ['a signing secret', `{"secret":"whsec_${'a'.repeat(43)}="}`],
  ['a token', '{"token":"eyJhbGciOiJIUzI1NiJ9.eyJwYXJ0eUlkIjoicnNwIn0.c2lnbmF0dXJlLW9mLWl0"}'],
  ['a token that is cut off', '{"msg":"refused Token=eyJhbGciOiJIUzI1NiJ9.eyJwYXJ0"}'],
  ['what a client presented', '{"authorization":"Basic a2FyZXJlOnNlY3JldA=="}'],
  ['the password in a URL', '{"msg":"kea:p%40ssword@db.example.nz"}'],
  ['the same as it is meant', '{"msg":"refused p@ssword"}'],
  ['that of a server in a list', '{"msg":"refused another-password"}'],
  ['a secret of development', `{"msg":"key ${DEVELOPMENT.encryptionKey}"}`],
])('a line with %s is found', (_case, line) => {
  const secrets = new LogSecrets({
    SPG_API_KEYS: `${KEY}, the-key-before-it`,
    PORT: '3000',
    DATABASE_URL: 'postgres://kea:p%40ssword@db.example.nz/karere',
    NATS_URL: 'nats://one.example.nz,nats://kea:another-password@two.example.nz',
  });
  secrets.look(line);
  expect(() => secrets.assertNone()).toThrow('a secret was logged');
});

it('a line without one is not', () => {
  const secrets = new LogSecrets({
    SPG_API_KEYS: KEY,
    MAIL_FROM: 'karere@localhost',
    SMTP_URL: 'smtp://mail.example.nz',
  });
  secrets.look(
    '{"msg":"keys are in SPG_API_KEYS, tokens in Authorization: Bearer; mail from karere@localhost"}',
  );
  expect(() => secrets.assertNone()).not.toThrow();
});
