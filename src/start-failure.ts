import { InvalidEnvironment } from './config';
import { EmbeddedPostgresError } from './database/embedded/embedded-postgres-error';
import { isDatabaseAway } from './database/is-database-away';
import { RebuildRefused } from './events/rebuild';

/** Of these the message alone says what is wrong and what to do. */
const TOLD = [InvalidEnvironment, EmbeddedPostgresError, RebuildRefused];

/** Nobody can reach us where HOST and PORT say. */
export class ListenFailure extends Error {
  constructor(
    readonly host: string,
    readonly port: number,
    override readonly cause: unknown,
  ) {
    super('can not listen', { cause });
  }
}

/** Why Karere did not start, for the person at the terminal: what to do, and a stack only when nobody foresaw it. */
export function explainStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (TOLD.some((told) => error instanceof told)) return error.message;
  if (error instanceof ListenFailure) return explainListen(error);
  if (isDatabaseAway(error) || isRefusedByDatabase(error)) {
    return `The database can not be used: ${error.message || codeOf(error)}. It is the one that DATABASE_URL names, or without that the embedded one.`;
  }
  return error.stack ?? error.message;
}

function explainListen({ host, port, cause }: ListenFailure): string {
  const code = codeOf(cause);
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Stop it, or choose another: PORT=3001 npm start`;
  }
  if (code === 'EACCES') return `Port ${port} may not be used by this user; ports above 1023 may.`;
  if (/^(ENOTFOUND|EAI_.*|EADDRNOTAVAIL)$/.test(code)) {
    return `HOST has to be an address of this machine, or a name of one, which ${host} is not (${code}).`;
  }
  return `Can not listen on ${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`;
}

/**
 * Wrong password, no such role, no such database (PostgreSQL error classes 28 and 3D), or a role that may not do what
 * it has to (42501); and a certificate, or none, that `sslmode` does not allow.
 */
function isRefusedByDatabase(error: Error): boolean {
  return (
    /^(28...|3D...|42501|ERR_TLS_.*|CERT_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|UNABLE_TO_.*)$/.test(
      codeOf(error),
    ) || error.message.includes('does not support SSL connections')
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
