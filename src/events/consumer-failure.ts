import { StoppedAt } from './durable-consumer';

/** What a consumer failed with, also when it says how far it came. */
export function causeOf(error: unknown): unknown {
  return error instanceof StoppedAt ? error.cause : error;
}

/** Kept in the database and shown by the API, so it is short and can be stored. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed().slice(0, 1000);
}
