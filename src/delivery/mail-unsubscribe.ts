/** Mail programs show few; and a header's line has an end (RFC 5322 §2.1.1). */
const MAX_CONTACTS = 3;

/**
 * Whom a reader writes to who wants no more mails (RFC 2369 §3.2): those who look after the subscription, as
 * they are the ones who can end it. Not one click (RFC 8058): a link in a mail is also followed by programs
 * that look for malice, and nobody would notice that the alarms of a team have stopped.
 */
export interface Unsubscribing {
  readonly contacts: readonly string[];
  /** RFC 6068. */
  readonly mailto: string;
}

export function unsubscribing(
  contacts: readonly string[],
  { to, subscriptionId }: { readonly to: string; readonly subscriptionId: string },
): Unsubscribing {
  const named = contacts.slice(0, MAX_CONTACTS);
  const subject = encodeURIComponent(`Unsubscribe ${to} from ${subscriptionId}`);
  return { contacts: named, mailto: `mailto:${named.map(addressIn).join()}?subject=${subject}` };
}

/** Whoever can be written to without quotes stays readable. */
function addressIn(address: string): string {
  return encodeURIComponent(address).replaceAll('%40', '@');
}
