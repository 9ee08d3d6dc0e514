import type { Span, Tracing } from '../tracing/tracing';
import type { DomainEvent } from './domain-event';

/**
 * Handles a batch, with a span in the trace of each of its events that is part of one. They are handled together,
 * so their spans all are as long as the batch.
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
    for (const span of spans) span.end();
  } catch (error) {
    for (const span of spans) span.end({ error: String(error) });
    throw error;
  }
}

function spansOf(tracing: Tracing, consumer: string, events: readonly DomainEvent[]): Span[] {
  const spans: Span[] = [];
  for (const { traceparent, type, id, position } of events) {
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
    spans.push(span);
  }
  return spans;
}
