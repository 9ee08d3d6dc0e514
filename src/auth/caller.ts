/** Who sent a request, by the claims of its bearer token. */
export interface Caller {
  /** The consumer (Notifications Management API): whose subscriptions and notifications these are. */
  readonly partyId: string;
  readonly clientId: string;
  readonly organisation: string;
  readonly scopes: ReadonlySet<string>;
  /** When the token stops being accepted: milliseconds since 1970. */
  readonly validUntil: number;
}
