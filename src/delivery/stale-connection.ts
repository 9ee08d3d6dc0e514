import type { buildConnector } from 'undici';

/** Errors of connections over which something had come before: on the newest, of an earlier exchange. */
const ofUsedConnections = new WeakSet<Error>();

/**
 * Remembers which errors ended a connection that had been in use. A server may close an idle connection at
 * the moment in which we begin to use it again (RFC 9112 §9.5): that is not an answer of the receiver.
 */
export function markingStale(connect: buildConnector.connector): buildConnector.connector {
  return (target, callback) => {
    connect(target, (...result) => {
      const [, socket] = result;
      if (socket) {
        // What TLS itself sends counts as well; see `endedStale`.
        const bytesAtFirst = socket.bytesRead;
        socket.on('error', (error: Error) => {
          if (socket.bytesRead > bytesAtFirst) ofUsedConnections.add(error);
        });
      }
      callback(...result);
    });
  };
}

/**
 * Whether the connection had been used before it broke. With TLS 1.3 also true for one that was new, as the
 * server sends session tickets on it.
 */
export function endedStale(error: Error): boolean {
  return ofUsedConnections.has(error);
}
