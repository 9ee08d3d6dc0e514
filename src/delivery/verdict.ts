import type { SendError, SendOutcome } from './send-outcome';

/** What an attempt says about its notification and about the one who was to get it. */
export type Verdict =
  /** It is delivered. */
  | 'sent'
  /** Nobody wants anything there any more (410). */
  | 'gone'
  /** It will fail again just so. */
  | 'permanent'
  /** It may go better later. */
  | 'transient'
  /** The same, but the receiver is well: a mail server that takes other mail. */
  | 'deferred'
  /** The receiver is well and asks for time. */
  | 'throttled'
  /** We stopped: it says nothing about the receiver. */
  | 'ours'
  /** We have nothing to send any more, and never will: it says nothing about the receiver either. */
  | 'untold';

/** Judges by the class of the status; for e-mail the mail server's reply has been judged before. */
export function verdictOf(outcome: SendOutcome): Verdict {
  switch (outcome.kind) {
    case 'answered':
      return ofStatus(outcome.status, outcome.retryAfter !== undefined);
    case 'accepted':
      return 'sent';
    case 'rejected':
      if (outcome.permanent) return 'permanent';
      return outcome.about === 'message' ? 'deferred' : 'transient';
    case 'failed':
      return ofError(outcome.error);
    default:
      return outcome satisfies never;
  }
}

function ofError(error: SendError): Verdict {
  if (error === 'aborted') return 'ours';
  if (error === 'event-gone') return 'untold';
  return error === 'invalid-request' ? 'permanent' : 'transient';
}

/** 3xx is permanent: redirects are not followed, as where they lead was never subscribed. */
function ofStatus(status: number, asksForTime: boolean): Verdict {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 410) return 'gone';
  if (status === 429 || (status === 503 && asksForTime)) return 'throttled';
  if (status === 408 || (status >= 500 && status < 600)) return 'transient';
  return 'permanent';
}

/** Whether the receiver is up, for its circuit breaker; undefined when the attempt does not tell. */
export function isUp(verdict: Verdict): boolean | undefined {
  return verdict === 'ours' || verdict === 'untold' ? undefined : verdict !== 'transient';
}
