/** Counts as a database that is away: the same statement may well succeed later, on another connection. */
class NoAnswerInTime extends Error {
  override readonly name = 'NoAnswerInTime';
  readonly code = 'ETIMEDOUT';
}

/**
 * Waits no longer than that for the database: a connection that was lost without a word answers nothing for many
 * minutes, while the others of the pool are well. What was asked may be done nevertheless, so it has to be such
 * that it can be asked again.
 * @throws an error for which `isDatabaseAway` is true, when the time is over
 */
export async function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  let overdue: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    overdue = setTimeout(() => {
      reject(new NoAnswerInTime(`the database has not answered within ${milliseconds} ms`));
    }, milliseconds);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(overdue);
  }
}
