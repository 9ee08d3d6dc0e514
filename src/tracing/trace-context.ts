import { AsyncLocalStorage } from 'node:async_hooks';

/** Entered only where there is a trace: until then it costs nothing. */
const storage = new AsyncLocalStorage<string>();

/** Runs something as a part of a trace: what it awaits sees the same `currentTraceparent`. */
export function withTraceparent<T>(traceparent: string, run: () => T): T {
  return storage.run(traceparent, run);
}

/** Of what is going on right now: a request, or the handling of an event that a request has caused. */
export function currentTraceparent(): string | undefined {
  return storage.getStore();
}
