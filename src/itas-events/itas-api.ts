/** What a poll has found: the first message of the mailbox. */
export interface Peeked {
  /** UUID in lower case. */
  readonly messageId: string;
  /** Messages in the mailbox, where ITAS tells. */
  readonly waiting?: number;
  /** The message itself, where a poll brings it. */
  readonly original?: Buffer;
}

/** A message as it came. */
export interface Received {
  readonly original: Buffer;
  /** Of the lock that keeps others from it for a while. */
  readonly lockId?: string;
}

/** What a mailbox is subscribed to. */
export interface Subscription {
  readonly companyCode: string;
  readonly topic: string;
}

/** The ITAS Events API, of either version. All methods throw ItasFailure, or the reason of an aborted signal. */
export interface ItasApi {
  /** Creates the mailbox if there is none of this name. @returns what ITAS calls it */
  register(name: string, signal?: AbortSignal): Promise<string>;
  /** Does no harm when it is subscribed already. */
  subscribe(subscriberId: string, subscription: Subscription, signal?: AbortSignal): Promise<void>;
  /** Does no harm when it is not subscribed. */
  unsubscribe(subscriberId: string, subscription: Subscription, signal?: AbortSignal): Promise<void>;
  /** Waits for a message, for as long as is configured; undefined: none has come. @throws MailboxGone */
  peek(subscriberId: string, signal?: AbortSignal): Promise<Peeked | undefined>;
  /** Locks the message and gets it. @throws ItasFailure also when the answer is something else */
  receive(subscriberId: string, peeked: Peeked, signal?: AbortSignal): Promise<Received>;
  /** Removes the message from the mailbox. Does no harm when it is not there any more. */
  confirm(subscriberId: string, messageId: string, received: Received, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
