/** What stands in a mail; written as text and as HTML. Nothing in it has a line break. */
export interface MailContent {
  readonly headline: string;
  readonly description: string;
  /** The flat summary of the event. */
  readonly summary: readonly Row[];
  /** By what it is found again, in Karere and with its sender. */
  readonly ids: readonly Row[];
  /** Why its reader gets it. */
  readonly reason: string;
  /** Who can end that. */
  readonly contacts: readonly string[];
  /** A `mailto:` address of theirs. */
  readonly unsubscribe: string;
}

export type Row = readonly [name: string, value: string];
