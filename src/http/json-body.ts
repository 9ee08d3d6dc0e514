import type { Request } from 'express';
import { bodyTooLarge, malformedBody, unsupportedMediaType } from '../problems/problems';
import { NotJson, parseJson } from './parse-json';

/** The limit of every body, in bytes. */
const BODY_LIMIT = 1024 * 1024;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const OTHER_CHARSET = /charset\s*=(?!\s*"?utf-?8"?\s*(?:;|$))/i;

/** A body as it came, and what it says; without one, no bytes and undefined. */
export interface ReceivedBody {
  readonly original: Buffer;
  readonly value: unknown;
}

/**
 * Reads a JSON body of at most 1 MiB and keeps its bytes as they came. Only once: what it says is in `request.body`
 * for those who come after, such as a filter that answers with a part of it.
 *
 * In place of Express's parser, because a partner's original has to be stored untouched, because every
 * refusal has to be a problem that says where the JSON is broken, and because that parser was half of the
 * cost of a small POST. It accepts less on purpose: UTF-8 only (RFC 8259 §8.1), and no compressed bodies,
 * which expand without bound.
 * @throws malformedBody, bodyTooLarge, unsupportedMediaType
 */
export async function readJsonBody(request: Request): Promise<ReceivedBody> {
  if (!announcesBody(request)) return { original: Buffer.alloc(0), value: undefined };
  const refusal = refusalByHeaders(request);
  if (refusal) throw refusal;
  const original = await readBytes(request);
  try {
    request.body = parseJson(original);
  } catch (error) {
    throw error instanceof NotJson ? malformedBody(error.message) : error;
  }
  return { original, value: request.body };
}

function announcesBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether so much of a body is still to come that the connection is better closed than read to its end. */
export function hasMuchToCome(request: Request): boolean {
  const { complete, headers } = request;
  const length =
    headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
  return !complete && length > BODY_LIMIT;
}

function readBytes(request: Request): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
      else finish(() => reject(tooLarge()));
    });
    request.on('end', () => {
      finish(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)));
    });
    request.on('error', () =>
      finish(() => reject(malformedBody('The body ended before its announced length.'))),
    );

    function finish(settle: () => void): void {
      request.removeAllListeners('data').removeAllListeners('end');
      settle();
    }
  });
}

function refusalByHeaders({ headers }: Request): Error | undefined {
  const type = headers['content-type'] ?? '';
  if (!JSON_TYPE.test(type)) {
    return unsupportedMediaType(
      `Send application/json, not ${type === '' ? 'an unnamed type' : `"${type}"`}.`,
    );
  }
  if (OTHER_CHARSET.test(type))
    return unsupportedMediaType('JSON is UTF-8 (RFC 8259); no other charset is accepted.');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    return unsupportedMediaType(`Send the body as it is; Content-Encoding "${encoding}" is not accepted.`);
  }
  return Number(headers['content-length'] ?? 0) > BODY_LIMIT ? tooLarge() : undefined;
}

function tooLarge(): Error {
  return bodyTooLarge(`A body may have ${BODY_LIMIT} bytes at most.`);
}
