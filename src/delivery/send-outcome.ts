/** Why there is no answer that counts. Stands in the delivery log: stable, readable, and nothing internal. */
export const SEND_ERRORS = [
  /** The whole exchange took longer than allowed, wherever it was. */
  'timeout',
  /** The name can not be resolved. */
  'dns',
  /** The address, or each address of the name, is one that we do not connect to. */
  'refused-address',
  /** Nothing listens there. */
  'connection-refused',
  /** The connection was closed before the answer was complete. */
  'connection-reset',
  /** No route to the host. */
  'unreachable',
  /** The certificate is not valid for the host, or the handshake failed. */
  'tls',
  /** What came back is not the protocol that is spoken (HTTP/1.1, SMTP), or far too much of its headers. */
  'protocol',
  /** The mail server does not accept our credentials. */
  'login',
  /** It can not be sent as it is: no URL, a header with a line break. */
  'invalid-request',
  /** The event that it tells of is gone by retention: it was replayed too late. */
  'event-gone',
  /** We gave up: the process is ending. */
  'aborted',
  /** Something else between us and them. */
  'network',
] as const;
export type SendError = (typeof SEND_ERRORS)[number];

/** What became of one attempt to deliver by webhook. */
export type WebhookOutcome =
  | {
      readonly kind: 'answered';
      /** HTTP status, 200 to 999. */
      readonly status: number;
      /** The header as it came. */
      readonly retryAfter?: string;
      /** Beginning of the body, for the log; storable text. */
      readonly answer: string;
      readonly durationMs: number;
    }
  | Failed;

/** What became of one attempt to deliver by e-mail. */
export type MailOutcome =
  /** The mail server has taken the message over, or it lies in the folder. */
  | { readonly kind: 'accepted'; readonly answer: string; readonly durationMs: number }
  /** The mail server said no. */
  | {
      readonly kind: 'rejected';
      /**
       * `message`: it is about the recipient or the content. `server`: nobody's mail is taken, or none from us;
       * never permanent, as an operator may put it right.
       */
      readonly about: 'message' | 'server';
      /** It will say so again: an unknown mailbox, for one. */
      readonly permanent: boolean;
      /** SMTP reply code, where it gave one. */
      readonly status?: number;
      readonly answer: string;
      readonly durationMs: number;
    }
  | Failed;

interface Failed {
  readonly kind: 'failed';
  readonly error: SendError;
  /** HTTP status of an answer that did not come to its end. */
  readonly status?: number;
  readonly durationMs: number;
}

export type SendOutcome = WebhookOutcome | MailOutcome;
