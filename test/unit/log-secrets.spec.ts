import { LogSecrets } from '../support/log-secrets';

const KEY = 'key-of-the-gateway';

it.each([
  ['the value of a setting', `{"msg":"refused ${KEY}"}`],
  ['one of several', '{"msg":"refused the-key-before-it"}'],
  ['a signing secret', `{"secret":"whsec_${'a'.repeat(43)}="}`],
  ['a token', '{"token":"eyJhbGciOiJIUzI1NiJ9.eyJwYXJ0eUlkIjoicnNwIn0.c2lnbmF0dXJlLW9mLWl0"}'],
  ['what a client presented', '{"authorization":"Basic a2FyZXJlOnNlY3JldA=="}'],
])('a line with %s is found', (_case, line) => {
  const secrets = new LogSecrets({ SPG_API_KEYS: `${KEY}, the-key-before-it`, PORT: '3000' });
  secrets.look(line);
  expect(() => secrets.assertNone()).toThrow('a secret was logged');
});

it('a line without one is not', () => {
  const secrets = new LogSecrets({ SPG_API_KEYS: KEY, MAIL_FROM: 'karere@localhost' });
  secrets.look(
    '{"msg":"keys are in SPG_API_KEYS, tokens in Authorization: Bearer; mail from karere@localhost"}',
  );
  expect(() => secrets.assertNone()).not.toThrow();
});
