import { isNativeError } from 'node:util/types';
import { CounterpartAway } from '../durable-consumer';

/** Where the client's own words say too little, or too much. */
const REASONS: Readonly<Record<string, string>> = {
  TimeoutError: 'it has not answered in time',
  JetStreamNotEnabled:
    'no JetStream answers (it is not enabled, or there is no stream or no leader right now)',
};

/**
 * Waits for an answer of NATS.
 * @param what completes "NATS …" when there is none
 * @throws CounterpartAway with the reason
 */
export async function askNats<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw natsFailure(what, error);
  }
}

/** No credentials: neither the client nor the server repeats them. */
export function natsFailure(what: string, error: unknown): CounterpartAway {
  return new CounterpartAway(`NATS ${what}: ${reasonOf(error)}`, { cause: error });
}

function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return REASONS[error.name] ?? error.message;
}
