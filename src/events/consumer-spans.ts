import type { Span, Tracing } from '../tracing/tracing';
import { causeOf, messageOf } from './consumer-failure';
import type { DomainEvent } from './domain-event';
import { StoppedAt } from './durable-consumer';

/**
 * Handles a batch, with a span in the trace of each of its events that is part of one. They are handled together,
 * so their spans all are as long as the batch. When it stops within the batch, those before are done.
 */
export async function withConsumerSpans(
  tracing: Tracing,
  consumer: string,
  events: readonly DomainEvent[],
  handle: () => Promise<void>,
): Promise<void> {
  const spans = spansOf(tracing, consumer, events);
  try {
    await handle();
    for (const span of spans.values()) span.end();
  } catch (error) {
    const done = error instanceof StoppedAt ? error.handled : 0;
    for (const [n, span] of spans) span.end(n < done ? {} : { error: messageOf(causeOf(error)) });
    throw error;
  }
}

/** By the event's place in the batch. */
function spansOf(tracing: Tracing, consumer: string, events: readonly DomainEvent[]): Map<number, Span> {
  const spans = new Map<number, Span>();
  for (const [n, { traceparent, type, id, position }] of events.entries()) {
    if (traceparent === undefined) continue;
    const span = tracing.begin(`${consumer} ${type}`, {
      kind: 'consumer',
      parent: traceparent,
      attributes: () => ({
        'karere.consumer': consumer,
        'cloudevents.event_id': id,
        'cloudevents.event_type': type,
        'karere.position': position,
        'karere.batch': events.length,
      }),
    });
    if (!span) return spans;
    spans.set(n, span);
  }
  return spans;
}
