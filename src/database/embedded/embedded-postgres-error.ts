/** A failure whose message alone tells the reader what is wrong and what to do; a stack adds nothing to it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** Turns a file system failure (permission, disk full, a file in the way, …) into one that names the data directory. */
export function explainFolderFailure(dataDir: string, error: unknown): unknown {
  if (!isFileSystemError(error)) return error;
  const reason =
    error.code === 'EEXIST' && error.path === dataDir ? 'it is a file, not a folder (EEXIST)' : error.message;
  return new EmbeddedPostgresError(
    `The data directory ${dataDir} cannot be used: ${reason}. Set DATA_DIR to a folder that Karere can create and write to.`,
    { cause: error },
  );
}

function isFileSystemError(error: unknown): error is NodeJS.ErrnoException {
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return code !== undefined && path !== undefined && !syscall?.startsWith('spawn');
}
