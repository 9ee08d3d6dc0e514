/** What has to be true of one member of a JSON object. */
export interface Rule {
  /** Name of the rule in answers: `text`, `timestamp`, … */
  readonly keyword: string;
  /** What the member must be, without its name and never with its value: "must be a string of 1 to 20 characters". */
  readonly detail: string;
  /** Pure and total: any JSON value gives an answer, none an exception. */
  readonly holds: (value: unknown, owner: object) => boolean;
}
