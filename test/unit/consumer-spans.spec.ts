import { withConsumerSpans } from '../../src/events/consumer-spans';
import type { DomainEvent } from '../../src/events/domain-event';
import { StoppedAt } from '../../src/events/durable-consumer';
import { type Span, type SpanStart, Tracing } from '../../src/tracing/tracing';

/** Remembers how each span has ended. */
class Traced extends Tracing {
  readonly ends: (readonly [type: string, error: string | undefined])[] = [];

  begin(name: string, { parent = '' }: SpanStart): Span {
    return { traceparent: parent, end: ({ error } = {}) => void this.ends.push([name, error]) };
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function event(n: number, traced = true): DomainEvent {
  return {
    type: `event-${n}`,
    position: n,
    ...(traced && { traceparent: `trace-${n}` }),
  } as unknown as DomainEvent;
}

const events = [event(1), event(2, false), event(3), event(4)];

it('the spans of events that were handled say nothing of one that was not, and the others say why', async () => {
  const tracing = new Traced();
  const stopped = new StoppedAt(2, new TypeError('no slot'));
  const handled = withConsumerSpans(tracing, 'bus', events, () => Promise.reject(stopped));
  await expect(handled).rejects.toBe(stopped);
  expect(tracing.ends).toEqual([
    ['bus event-1', undefined],
    ['bus event-3', 'TypeError: no slot'],
    ['bus event-4', 'TypeError: no slot'],
  ]);
});

it('those of a batch that failed as a whole all say so', async () => {
  const tracing = new Traced();
  const handled = withConsumerSpans(tracing, 'spg-gaps', events, () => Promise.reject(new Error('no')));
  await expect(handled).rejects.toThrow('no');
  expect(tracing.ends.map(([, error]) => error)).toEqual(['Error: no', 'Error: no', 'Error: no']);
});
