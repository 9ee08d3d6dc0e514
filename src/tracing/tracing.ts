type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  /** `server`: somebody asked us; `client`: we ask somebody; `consumer`: we handle what was stated before. */
  readonly kind: 'server' | 'client' | 'consumer';
  /** `traceparent` of what caused it. Absent: it begins a trace. */
  readonly parent?: string | undefined;
  /** Asked for only when spans are collected. */
  readonly attributes?: () => Attributes;
}

export interface SpanEnd {
  /** When it is known only now what it was. */
  readonly name?: string;
  readonly attributes?: Attributes;
  /** Why it came to nothing. */
  readonly error?: string | undefined;
}

/** Something that takes its time, as a part of a trace. */
export interface Span {
  /** For what it causes in turn. */
  readonly traceparent: string;
  end(end?: SpanEnd): void;
}

/** Where spans go. */
export abstract class Tracing {
  /** @returns undefined when nobody collects spans */
  abstract begin(name: string, start: SpanStart): Span | undefined;

  /** Sends the spans that are over. Never rejects. */
  abstract flush(): Promise<void>;

  /** Sends them, and takes no more. Never rejects. */
  abstract close(): Promise<void>;
}

/** Nobody collects spans. What a partner says in `traceparent` is passed on all the same. */
export class NoTracing extends Tracing {
  begin(): undefined {
    return undefined;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
