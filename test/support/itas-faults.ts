import type { ServerResponse } from 'node:http';

/** What may go wrong with a request to an ITAS server. */
export type ItasFault =
  /** It is refused with this status; nothing is done. */
  | number
  /** Nobody ever answers; nothing is done. */
  | 'hang'
  /** The connection is cut; nothing is done. */
  | 'cut'
  /** It is done, but the connection is cut before the answer. */
  | 'lost-answer'
  /** It is not done; a proxy's page comes in the place of the answer. */
  | 'page'
  /** It is not done; this JSON comes in the place of the answer, with status 200. */
  | { readonly answer: unknown };

interface Ordered {
  readonly path: string;
  readonly fault: ItasFault;
  left: number;
}

/** The faults that a test has ordered. */
export class ItasFaults {
  private readonly ordered: Ordered[] = [];

  /** @param path a part of the method and path: `POST /Events/Receive` */
  order(path: string, fault: ItasFault, times = 1): void {
    this.ordered.push({ path, fault, left: times });
  }

  /** Those that nobody has met yet. */
  get pending(): number {
    return this.ordered.reduce((sum, { left }) => sum + left, 0);
  }

  /** From now on all is well. */
  clear(): void {
    this.ordered.length = 0;
  }

  /** The fault of this request, if there is one; it counts. */
  next(request: string): ItasFault | undefined {
    const found = this.ordered.find(({ path, left }) => left > 0 && request.includes(path));
    if (found) found.left -= 1;
    return found?.fault;
  }
}

/** Plays a fault that takes the place of the request. */
export function playFault(fault: Exclude<ItasFault, 'lost-answer'>, response: ServerResponse): void {
  if (fault === 'cut') response.destroy();
  else if (fault === 'page') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Down for maintenance</h1>');
  } else if (typeof fault === 'number') {
    response.writeHead(fault, { 'content-type': 'application/json' }).end('{"Message":"as ordered"}');
  } else if (fault !== 'hang') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(fault.answer));
  }
}
