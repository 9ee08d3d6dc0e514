import type { JetStreamState } from './jetstream-state';

/** How publishing does in this process. */
interface JetStreamReport {
  readonly stream: string;
  readonly connected: boolean;
  /** Of the last message that this process has published or seen. */
  readonly lastSequence?: number;
  /** Of the event in it. */
  readonly lastPosition?: number;
  /** Since then nothing could be published (RFC 3339). */
  readonly failingSince?: string;
  readonly error?: string;
  /** Of the last attempt, when the stream is there and did not take what it should. */
  readonly lastFailure?: string;
  /** What of the stream is not as configured. */
  readonly differences?: readonly string[];
}

/** Undefined in a process that does not publish. */
export function reportOf(state: JetStreamState, stream: string): JetStreamReport | undefined {
  const { started, connected, last, trouble, lastFailure, differences } = state;
  if (!started) return undefined;
  return {
    stream,
    connected,
    ...(last && { lastSequence: last.sequence, lastPosition: last.position }),
    ...(trouble && { failingSince: trouble.since.toISOString(), error: trouble.error }),
    ...(!trouble && lastFailure !== undefined && { lastFailure }),
    ...(differences.length > 0 && { differences }),
  };
}
