import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections (from 32768 on Linux), above the well-known ones. */
const LOWEST = 15_000;
const HIGHEST = 32_000;

/**
 * A free port of 127.0.0.1 that stays free while nobody listens on it: for a server that is started again on
 * the same one. A port that the system chooses would not do, since meanwhile it can give it to a connection,
 * even to one that is trying to reach the server and then talks to itself.
 */
export async function findLastingPort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
