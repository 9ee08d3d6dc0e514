import { errorOfCode } from './send-error';
import type { SendError } from './send-outcome';

/** What nodemailer adds to its errors (lib/errors). */
interface SmtpError extends Error {
  readonly code?: string;
  /** The system's code, where `code` is nodemailer's. */
  readonly originalCode?: string;
  /** The server's reply, and its code. */
  readonly response?: string;
  readonly responseCode?: number;
  /** The reply is one that the same message would get again: 5xx, but for 503. */
  readonly permanent?: boolean;
  /** The command that was answered; `API` when nothing was said to the server. */
  readonly command?: string;
}

const BY_CODE: Readonly<Record<string, SendError>> = {
  ETIMEDOUT: 'timeout',
  EABORT: 'timeout',
  EDNS: 'dns',
  ETLS: 'tls',
  EREQUIRETLS: 'tls',
  EAUTH: 'login',
  ENOAUTH: 'login',
  EOAUTH2: 'login',
  EPROTOCOL: 'protocol',
  ECONNECTION: 'connection-reset',
};

/** A `MailOutcome` but for the time it took. */
type MailFailure =
  | {
      readonly kind: 'rejected';
      readonly about: 'message' | 'server';
      readonly permanent: boolean;
      readonly status?: number;
      readonly answer: string;
    }
  | { readonly kind: 'failed'; readonly error: SendError };

/** "Service not available": the server ends the connection, whatever the command was (RFC 5321 §3.8). */
const CLOSING = 421;

/**
 * Tells a no to this message from trouble with the server. Only what is about the recipient or the content
 * is permanent: when the server does not take our sender or our login, all mail is concerned, and an operator
 * may put it right before the schedule is through.
 */
export function mailFailureOf(error: SmtpError): MailFailure {
  const { code = '', originalCode = '', response, responseCode, command, message } = error;
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') {
    return { kind: 'failed', error: errorOfCode(originalCode) ?? BY_CODE[code] ?? 'network' };
  }
  const about = command === 'MAIL FROM' || responseCode === CLOSING ? 'server' : 'message';
  return {
    kind: 'rejected',
    about,
    permanent: about === 'message' && (error.permanent === true || command === 'API'),
    ...(responseCode !== undefined && { status: responseCode }),
    answer: response ?? message,
  };
}
