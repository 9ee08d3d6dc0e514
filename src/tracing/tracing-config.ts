/** Where spans are sent. */
export interface TracingConfig {
  /** Of a collector that takes OTLP over HTTP, without `/v1/traces`. */
  readonly endpoint: string;
  /** What this installation is called in traces. */
  readonly serviceName: string;
}
