import { describeWith } from './describe-with';
import { HOW_TO_GET_NATS_SERVER, natsServerPath } from './nats-server';

/** `describe` for what needs a nats-server. */
export function withNatsServer(name: string, tests: () => void): void {
  describeWith({ path: natsServerPath, missing: HOW_TO_GET_NATS_SERVER }, name, tests);
}
