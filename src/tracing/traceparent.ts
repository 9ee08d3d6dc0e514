/** W3C Trace Context §3.2: version, trace id, parent id, flags; zeros are no ids, and ff is no version. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(-.*)?$/;

/**
 * Reads the header `traceparent`. What a later version adds is left away, as the recommendation asks.
 * @returns it as version 00 has it; undefined when there is none that could be used
 */
export function readTraceparent(header: unknown): string | undefined {
  if (typeof header !== 'string') return undefined;
  const [, version, fields, more] = TRACEPARENT.exec(header) ?? [];
  if (fields === undefined || (version === '00' && more !== undefined)) return undefined;
  return `00-${fields}`;
}

/** The trace that it belongs to. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
