import { RebuildRefused } from '../../src/events/rebuild';
import { explainStartFailure, ListenFailure } from '../../src/start-failure';

function failure(code: string, message = 'its message'): Error {
  return Object.assign(new Error(message), { code });
}

it.each([
  ['EADDRINUSE', 'Port 3000 is taken by another program. Stop it, or choose another: PORT=3001 npm start'],
  ['EACCES', 'Port 3000 may not be used by this user; ports above 1023 may.'],
  [
    'ENOTFOUND',
    'HOST has to be an address of this machine, or a name of one, which typo is not (ENOTFOUND).',
  ],
  [
    'EADDRNOTAVAIL',
    'HOST has to be an address of this machine, or a name of one, which typo is not (EADDRNOTAVAIL).',
  ],
  ['EINVAL', 'Can not listen on typo:3000: its message'],
])('who can not listen because of %s is told what to do', (code, explained) => {
  expect(explainStartFailure(new ListenFailure('typo', 3000, failure(code)))).toBe(explained);
});

it.each([
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND db'],
  ['EHOSTUNREACH', 'connect EHOSTUNREACH 10.0.0.9:5432'],
  ['28P01', 'password authentication failed for user "karere"'],
  ['3D000', 'database "karere" does not exist'],
  ['42501', 'permission denied for schema public'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname/IP does not match'],
  ['', 'The server does not support SSL connections'],
])('a database that can not be used because of %s is named, without a stack', (code, message) => {
  expect(explainStartFailure(failure(code, message))).toBe(
    `The database can not be used: ${message}. It is the one that DATABASE_URL names, or without that the embedded one.`,
  );
});

it('what we refuse ourselves is told as it is, and what nobody foresaw with its stack', () => {
  expect(explainStartFailure(new RebuildRefused('not so'))).toBe('not so');
  expect(explainStartFailure(new TypeError('oh'))).toMatch(/^TypeError: oh\n +at /);
  expect(explainStartFailure('oh')).toBe('oh');
});
