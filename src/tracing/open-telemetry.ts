import type { SpanContext, SpanOptions } from '@opentelemetry/api';
import type { NodeTracerProvider, SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Logger } from 'pino';
import type { TracingConfig } from './tracing-config';
import { ReportingExporter } from './reporting-exporter';
import { type Span, type SpanEnd, type SpanStart, Tracing } from './tracing';

type Api = typeof import('@opentelemetry/api');

const FLUSH_MS = 5000;

/** A collector that hangs must not keep a process from stopping in its time. */
const EXPORT_TIMEOUT_MS = 3000;

/** Sends spans to a collector by OTLP over HTTP. The packages are loaded only when somebody wants spans. */
export class OpenTelemetry extends Tracing {
  private readonly tracer;

  private constructor(
    private readonly api: Api,
    private readonly provider: NodeTracerProvider,
  ) {
    super();
    this.tracer = provider.getTracer('karere');
  }

  static async start({ endpoint, serviceName }: TracingConfig, logger: Logger): Promise<OpenTelemetry> {
    const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
    const exporter: SpanExporter = new ReportingExporter(
      new OTLPTraceExporter({
        url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
        timeoutMillis: EXPORT_TIMEOUT_MS,
      }),
      logger,
    );
    const provider = new sdk.NodeTracerProvider({
      resource: resourceFromAttributes({ 'service.name': serviceName, 'process.pid': process.pid }),
      spanProcessors: [
        new sdk.BatchSpanProcessor(exporter, {
          scheduledDelayMillis: FLUSH_MS,
          exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        }),
      ],
    });
    return new OpenTelemetry(api, provider);
  }

  begin(name: string, { kind, parent, attributes }: SpanStart): Span {
    const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = this.api;
    const options: SpanOptions = {
      kind: SpanKind[kind.toUpperCase() as Uppercase<typeof kind>],
      ...(attributes && { attributes: attributes() }),
    };
    const context =
      parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(parent));
    const span = this.tracer.startSpan(name, options, context);
    return {
      traceparent: traceparentOf(span.spanContext()),
      end: ({ name: known, attributes: more, error }: SpanEnd = {}) => {
        if (known !== undefined) span.updateName(known);
        if (more) span.setAttributes(more);
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
        span.end();
      },
    };
  }

  flush(): Promise<void> {
    return this.provider.forceFlush().catch(() => undefined); // the exporter has told of it
  }

  close(): Promise<void> {
    return this.provider.shutdown().catch(() => undefined);
  }
}

function contextOf(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
