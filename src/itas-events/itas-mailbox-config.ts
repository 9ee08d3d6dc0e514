/** The mailbox at an ITAS server that is polled. */
export interface ItasMailboxConfig {
  readonly url: string;
  readonly apiVersion: 1 | 2;
  /** Name of the mailbox. */
  readonly subscriber: string;
  readonly topics: readonly string[];
  readonly companyCode: string;
  /** Sent with each request; the credentials as Hivedome has given them out. */
  readonly headers: Readonly<Record<string, string>>;
  /** How long a poll waits for a message at the server. */
  readonly pollSeconds: number;
  /** Of a request; of a poll on top of its wait. */
  readonly timeoutMs: number;
}
