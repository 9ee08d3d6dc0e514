import { QueryFailedError } from 'typeorm';

const ATTEMPTS = 20;

/** PostgreSQL's serialization_failure. */
const SERIALIZATION_FAILURE = '40001';

/**
 * Runs a statement again when a row that it waited for has gone over to another partition meanwhile, which
 * PostgreSQL reports and leaves to the client. The next time it sees the row where it is.
 * @param statement in READ COMMITTED; within a transaction, in a savepoint of its own
 */
export async function againWhenMoved<T>(statement: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await statement();
    } catch (error) {
      if (attempt === ATTEMPTS || codeOf(error) !== SERIALIZATION_FAILURE) throw error;
    }
  }
}

/** Of TypeORM's error, or of the driver's own. */
function codeOf(error: unknown): unknown {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
