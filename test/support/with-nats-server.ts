import { HOW_TO_GET_NATS_SERVER, natsServerPath } from './nats-server';

/** `describe` for what needs a nats-server: where there is none, it is skipped, loudly. */
export function withNatsServer(name: string, tests: () => void): void {
  if (natsServerPath !== undefined) {
    describe(name, tests);
    return;
  }
  console.warn(`SKIPPED: "${name}", because ${HOW_TO_GET_NATS_SERVER}`);
  describe.skip(`${name} (${HOW_TO_GET_NATS_SERVER})`, tests);
}
