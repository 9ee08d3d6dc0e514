/** How the mailbox does, as its poller sees it. */
export interface MailboxState {
  /** When ITAS last answered a poll. */
  readonly polledAt?: Date;
  /** Messages in the mailbox, where ITAS tells. */
  readonly waiting?: number;
  /** How old the last message was when it was taken, in milliseconds; 0 with an empty mailbox. */
  readonly lagMs?: number;
  /** Since then nothing has come through. */
  readonly failingSince?: Date;
  readonly error?: string;
}
