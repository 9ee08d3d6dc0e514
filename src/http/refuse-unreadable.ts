import { randomUUID } from 'node:crypto';
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

/** From the first byte to the last of the headers, ms. */
const HEADERS_TIMEOUT_MS = 15_000;

/** From the first byte to the last of the body, ms: 1 MiB by the slowest line. */
const REQUEST_TIMEOUT_MS = 60_000;

/** What is wrong with a request that Node could not read, by the code of its error. */
const REFUSALS: Readonly<Record<string, readonly [status: number, slug: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers-too-large', 'The headers may have 16 KiB together.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request-timeout', 'The request did not come to its end in time.'],
};
const NOT_HTTP = [400, 'malformed-request', 'This is not an HTTP request that can be read.'] as const;

/**
 * Puts a time on requests, and refuses those that never become one: floods of headers, what is not HTTP, and senders
 * that send a byte now and then. No controller hears of them; the answer is a problem (RFC 9457) like any other.
 */
export function refuseUnreadable(server: Server): void {
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  const answers = new WeakMap<Socket, ServerResponse>();
  server.prependListener('request', ({ socket }, response) => answers.set(socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // Nobody is there to read an answer, or it would be taken for that of an earlier request.
    if (error.code === 'ECONNRESET' || !socket.writable || isOwed(answers.get(socket))) socket.destroy();
    else socket.end(answerTo(error.code ?? ''));
  });
}

/** Whether the answer to an earlier request is still to come, or half of one is out. @param last of the connection */
function isOwed(last: ServerResponse | undefined): boolean {
  return last !== undefined && !last.writableFinished && (last.headersSent || last.req.complete);
}

function answerTo(code: string): string {
  const [status, slug, detail] = REFUSALS[code] ?? NOT_HTTP;
  const title = STATUS_CODES[status];
  const body = JSON.stringify({ type: `urn:problem-type:karere:${slug}`, title, status, detail });
  return [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Transaction-Id: ${randomUUID()}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
