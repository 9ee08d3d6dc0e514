import { InvalidEnvironment } from './config';
import { EmbeddedPostgresError } from './database/embedded/embedded-postgres-error';
import { isDatabaseAway } from './database/is-database-away';

/** Why Karere did not start, for the person at the terminal: what to do, and a stack only when nobody foresaw it. */
export function explainStartFailure(error: unknown): string {
  if (error instanceof InvalidEnvironment || error instanceof EmbeddedPostgresError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if ('syscall' in error && error.syscall === 'listen') return explainListen(error);
  if (isDatabaseAway(error) || isRefusedByDatabase(error)) {
    return `The database that DATABASE_URL names can not be used: ${error.message || codeOf(error)}`;
  }
  return error.stack ?? error.message;
}

function explainListen(error: Error & { port?: unknown; address?: unknown }): string {
  const port = String(error.port);
  if (codeOf(error) === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Stop it, or choose another: PORT=3001 npm start`;
  }
  if (codeOf(error) === 'EACCES') return `Port ${port} may not be used by this user; ports above 1023 may.`;
  return `Can not listen on ${String(error.address)}:${port}: ${error.message}`;
}

/** Wrong password, no such role, no such database (PostgreSQL error classes 28 and 3D). */
function isRefusedByDatabase(error: Error): boolean {
  return /^(28|3D)/.test(codeOf(error));
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
