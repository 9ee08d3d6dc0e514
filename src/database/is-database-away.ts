import { isNativeError } from 'node:util/types';

const NETWORK_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * PostgreSQL error classes (documentation, appendix A) that speak of the server, not of the statement:
 * 08 connection, 53 insufficient resources (also a full disk), 57P0x shutting down or starting, and what
 * waited for others too long: 57014 cancelled by its timeout, 55P03 no lock, 40P01 deadlock, 40001 serialization.
 */
const SERVER_ERRORS = /^(08...|53...|57P0[1-5]|57014|55P03|40P01|40001|25006)$/;

/** node-postgres reports these without a code. */
const CONNECTION_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|connection ended|not queryable/i;

/** Whether the same statement may well succeed later, unchanged, because it was the server that failed. */
export function isDatabaseAway(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return NETWORK_ERRORS.has(code) || SERVER_ERRORS.test(code) || CONNECTION_MESSAGES.test(error.message);
}
