import type { Span, Tracing } from '../tracing/tracing';
import type { Claimed } from './claim';
import type { SendOutcome } from './send-outcome';
import { verdictOf } from './verdict';

/** The span of one attempt at a delivery, in the trace of the event that it tells of. */
export function beginAttempt(tracing: Tracing, claimed: Claimed): Span | undefined {
  const { id, event_type: eventType, subscription_id: subscriptionId, kind, target, traceparent } = claimed;
  return tracing.begin(`deliver ${eventType}`, {
    kind: 'client',
    parent: traceparent ?? undefined,
    attributes: () => ({
      'karere.notification_id': id,
      'karere.subscription_id': subscriptionId,
      'karere.channel': kind,
      'karere.attempt': claimed.counted_attempts + 1,
      // Neither its path nor an address: they are somebody's secret, or somebody.
      ...(kind === 'webhook' && URL.canParse(target) && { 'server.address': new URL(target).hostname }),
      ...(claimed.transaction_id !== null && { 'karere.transaction_id': claimed.transaction_id }),
      ...(claimed.replay_id !== null && { 'karere.replay_id': claimed.replay_id }),
    }),
  });
}

export function endAttempt(span: Span, outcome: SendOutcome): void {
  const verdict = verdictOf(outcome);
  span.end({
    attributes: {
      'karere.verdict': verdict,
      ...(outcome.kind === 'answered' && { 'http.response.status_code': outcome.status }),
    },
    error: verdict === 'sent' ? undefined : errorOf(outcome),
  });
}

function errorOf(outcome: SendOutcome): string {
  switch (outcome.kind) {
    case 'answered':
      return `answered ${outcome.status}`;
    case 'failed':
      return outcome.error;
    case 'accepted':
    case 'rejected':
      return outcome.kind;
    default:
      return outcome satisfies never;
  }
}
