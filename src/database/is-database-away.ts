import { isNativeError } from 'node:util/types';

const NETWORK_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH', // a machine of the same network that is off
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
]);

/**
 * PostgreSQL error classes (documentation, appendix A) that speak of the server, not of the statement:
 * 08 connection, 53 insufficient resources (also a full disk), 57P0x shutting down or starting, and what
 * waited for others too long: 57014 cancelled by its timeout, 55P03 no lock, 40P01 deadlock, 40001 serialization;
 * 25006 a standby that takes no writes, 25P03 a transaction that was idle for too long, whose connection it ends.
 */
const SERVER_ERRORS = /^(08...|53...|57P0[1-5]|57014|55P03|40P01|40001|25006|25P03)$/;

/** node-postgres reports these without a code. */
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|connection ended|not queryable/i;

/** Of TypeORM, about a connection that was lost in the middle of a transaction. */
const CONNECTION_NAMES = new Set(['QueryRunnerAlreadyReleasedError', 'TransactionNotStartedError']);

/** Whether the same statement may well succeed later, unchanged, because it was the server that failed. */
export function isDatabaseAway(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  return NETWORK_ERRORS.has(codeOf(error)) || SERVER_ERRORS.test(codeOf(error)) || isConnectionLost(error);
}

/**
 * Whether our connection to the database was cut. Narrower than `isDatabaseAway`: what a listener meets on its
 * own ways through the network is not ours, and a statement that takes too long always will.
 */
export function isConnectionLost(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  return (
    /^(08...|57P0[1-5]|25P03)$/.test(codeOf(error)) ||
    CONNECTION_MESSAGES.test(error.message) ||
    CONNECTION_NAMES.has(error.name)
  );
}

/** Whether others had what we wanted to lock for longer than we wait, or wanted what we had. */
export function isLockNotAvailable(error: unknown): boolean {
  return isNativeError(error) && /^(55P03|40P01)$/.test(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
