/**
 * ITAS can't be reached, or does not answer as it should. It says nothing about a message: none is ever given up
 * for it. Says no more than the status, since the answer may hold anything.
 */
export class ItasFailure extends Error {
  override readonly name: string = 'ItasFailure';

  constructor(
    message: string,
    /** Of the answer, if there was one. */
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** ITAS knows no such mailbox, or not any more: it removes those that nobody has read for ten days. */
export class MailboxGone extends ItasFailure {
  override readonly name = 'MailboxGone';
}

/** ITAS itself says that it has not done what it was asked, whatever the status says. */
export class ServiceError extends ItasFailure {
  override readonly name = 'ServiceError';
}
