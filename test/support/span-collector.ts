import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { serve } from './small-server';

type Value = { readonly stringValue?: string; readonly intValue?: number; readonly boolValue?: boolean };

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Value }[];
  readonly status: { readonly code: number; readonly message?: string };
}

/** A request of the OpenTelemetry protocol, in JSON. */
interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: OtlpSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

export interface CollectedSpan {
  readonly service: unknown;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: 'server' | 'client' | 'consumer' | 'other';
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly error: string | undefined;
  readonly milliseconds: number;
}

const KINDS: Readonly<Record<number, CollectedSpan['kind']>> = { 2: 'server', 3: 'client', 5: 'consumer' };
const ERROR = 2;

/** A collector of traces on loopback: OTLP over HTTP. */
export class SpanCollector {
  readonly spans: CollectedSpan[] = [];
  /** How often spans came. */
  exports = 0;
  /** How it answers. */
  status = 200;

  private constructor(private server: Awaited<ReturnType<typeof serve>> | undefined) {}

  static async start(): Promise<SpanCollector> {
    const collector = new SpanCollector(undefined);
    collector.server = await serve((request, response) => void collector.take(request, response));
    return collector;
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  reset(): void {
    this.spans.length = 0;
    this.exports = 0;
    this.status = 200;
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await json(request)) as Exported;
    if (request.url === '/v1/traces' && this.status === 200) {
      this.exports += 1;
      for (const { resource, scopeSpans } of body.resourceSpans) {
        const { 'service.name': service } = valuesOf(resource.attributes);
        this.spans.push(...scopeSpans.flatMap(({ spans }) => spans.map((span) => collected(span, service))));
      }
    }
    response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
  }
}

function collected(span: OtlpSpan, service: unknown): CollectedSpan {
  const { traceId, spanId, parentSpanId, name, kind, attributes, status } = span;
  return {
    service,
    traceId,
    spanId,
    parentId: parentSpanId,
    name,
    kind: KINDS[kind] ?? 'other',
    attributes: valuesOf(attributes),
    error: status.code === ERROR ? status.message : undefined,
    milliseconds: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
  };
}

function valuesOf(attributes: OtlpSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
