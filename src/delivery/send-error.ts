import { RefusedAddress } from './network-guard';
import type { SendError } from './send-outcome';

/** The whole exchange has taken longer than it may. */
export class TotalTimeout extends Error {
  override readonly name = 'TotalTimeout';
}

/** Nobody waits for the exchange any more. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/** More headers, or more interim answers, than anyone needs. */
export class TooMuchHead extends Error {
  override readonly name = 'TooMuchHead';
}

/** By `code` of Node's and undici's errors (undici: lib/core/errors.js). */
const BY_CODE: Readonly<Record<string, SendError>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ENODATA: 'dns',
  ESERVFAIL: 'dns',
  ECONNREFUSED: 'connection-refused',
  ECONNRESET: 'connection-reset',
  ECONNABORTED: 'connection-reset',
  EPIPE: 'connection-reset',
  UND_ERR_SOCKET: 'connection-reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'connection-reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EPROTO: 'tls',
  UND_ERR_HEADERS_OVERFLOW: 'protocol',
  UND_ERR_INVALID_ARG: 'invalid-request',
  UND_ERR_NOT_SUPPORTED: 'invalid-request',
  ERR_INVALID_URL: 'invalid-request',
  UND_ERR_ABORTED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
  UND_ERR_DESTROYED: 'aborted',
};

/** OpenSSL's and Node's names for what is wrong with a certificate or a handshake. */
const TLS_CODE = /^ERR_(TLS|SSL)_|CERT|_LEAF_SIGNATURE$|^HOSTNAME_MISMATCH$|^(INVALID|PATH)_|^CRL_/;

/** Classifies an error of the connection or of undici. */
export function sendErrorOf(error: Error): SendError {
  if (error instanceof TotalTimeout) return 'timeout';
  if (error instanceof RefusedAddress) return 'refused-address';
  if (error instanceof GivenUp) return 'aborted';
  if (error instanceof TooMuchHead) return 'protocol';
  // All addresses of the name were tried: what the last one said stands for them.
  if (error instanceof AggregateError) {
    const last: unknown = error.errors.at(-1);
    return last instanceof Error ? sendErrorOf(last) : 'network';
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // undici's words for bytes that came unasked or an upgrade that nobody wanted.
  if (code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return 'protocol';
  // Comes without a code. "Invalid EOF state": the body was chunked and stopped in the middle.
  if (error.name === 'HTTPParserError')
    return error.message.includes('EOF') ? 'connection-reset' : 'protocol';
  return errorOfCode(code) ?? 'network';
}

/** By `code` alone; undefined when nothing is known of it. */
export function errorOfCode(code: string): SendError | undefined {
  return BY_CODE[code] ?? (TLS_CODE.test(code) ? 'tls' : undefined);
}
