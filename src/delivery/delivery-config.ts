/** Webhooks and e-mail. */
export interface DeliveryConfig {
  /** 32 bytes each: `current` seals and opens, `previous` only open. */
  readonly encryptionKeys: { readonly current: string; readonly previous: readonly string[] };
  /** Networks exempt from the ban on private addresses. */
  readonly allowedNetworks: readonly string[];
  readonly allowHttp: boolean;
  /** From the wait for a connection to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly retryDelaysMs: readonly number[];
  /** Deliveries under way in this process, at most. */
  readonly concurrency: number;
  /** Of them to one endpoint. */
  readonly endpointConcurrency: number;
  /**
   * A channel is disabled when a delivery has failed and nothing has got through since for so long; silence counts: one
   * failure is enough when nothing follows it.
   */
  readonly disableAfterMs: number;
  /** Notifications in one bulk replay, at most. */
  readonly replayMaxLimit: number;
  /** Notifications of all replays together that are queued in a second. */
  readonly replayPerSecond: number;
  readonly mail: {
    readonly from: string;
    /** For one message, with the wait for a connection. */
    readonly timeoutMs: number;
    readonly to: { readonly smtpUrl: string } | { readonly folder: string };
  };
}
