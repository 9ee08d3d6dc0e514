import type { NextFunction, Request, Response } from 'express';
import { bodyTooLarge, malformedBody, unsupportedMediaType } from '../problems/problems';
import { NotJson, parseJson } from './parse-json';

/** The limit of every body, in bytes. */
const BODY_LIMIT = 1024 * 1024;

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;
const OTHER_CHARSET = /charset\s*=\s*(?!"?utf-?8"?\s*(?:;|$))/i;

/** The bytes of a body that `jsonBody` has read, for those who store the original. */
const originals = new WeakMap<Request, Buffer>();

export function originalBodyOf(request: Request): Buffer {
  return originals.get(request) ?? Buffer.alloc(0);
}

/**
 * Reads a JSON body of at most 1 MiB into `request.body` and keeps its bytes as they came.
 *
 * In place of Express's parser, because a partner's original has to be stored untouched, because every
 * refusal has to be a problem that says where the JSON is broken, and because that parser was half of the
 * cost of a small POST. It accepts less on purpose: UTF-8 only (RFC 8259 §8.1), and no compressed bodies,
 * which expand without bound.
 */
export function jsonBody(request: Request, _response: Response, next: NextFunction): void {
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody) return next();
  const refusal = refusalByHeaders(request);
  if (refusal) return next(refusal);

  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
    else finish(tooLarge());
  });
  request.on('end', () => {
    const original = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
    originals.set(request, original);
    try {
      request.body = parseJson(original);
    } catch (error) {
      return finish(error instanceof NotJson ? malformedBody(error.message) : (error as Error));
    }
    finish();
  });
  request.on('error', () => finish(malformedBody('The body ended before its announced length.')));

  function finish(error?: Error): void {
    request.removeAllListeners('data').removeAllListeners('end');
    next(error);
  }
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
