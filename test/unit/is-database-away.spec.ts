import { isConnectionLost, isDatabaseAway } from '../../src/database/is-database-away';

function failure(code: string): Error {
  return Object.assign(new Error('of no matter'), { code });
}

it.each([
  ['nobody listens', 'ECONNREFUSED'],
  ['its machine is off, in the same network', 'EHOSTUNREACH'],
  ['its machine is down', 'EHOSTDOWN'],
  ['there is no way to its network', 'ENETUNREACH'],
  ['our network is down', 'ENETDOWN'],
  ['there is no port left to ask from', 'EADDRNOTAVAIL'],
  ['it shuts down', '57P01'],
  ['it has ended a transaction that was idle for too long', '25P03'],
  ['its disk is full', '53100'],
])('a database is away when %s', (_why, code) => {
  expect(isDatabaseAway(failure(code))).toBe(true);
});

it.each(['23505', '42601', '25P02', 'ERR_INVALID_ARG_TYPE', ''])('it is not because of %s', (code) => {
  expect(isDatabaseAway(failure(code))).toBe(false);
});

it.each([
  ['57P01', true],
  ['25P03', true],
  ['08006', true],
  ['57014', false],
  ['ECONNREFUSED', false], // also what a listener meets on its own ways through the network
])('that %s means our connection was cut: %s', (code, expected) => {
  expect(isConnectionLost(failure(code))).toBe(expected);
});
