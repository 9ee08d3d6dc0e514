/** All e-mail goes through one mail server, so it shares one endpoint's slots. */
export const MAIL_ENDPOINT = 'mail';

/**
 * Whose slots and circuit breaker the deliveries of a webhook take: those of its origin, which stands for one
 * server; a webhook with a rate of its own has its own.
 */
export function endpointOf(callbackUri: string, channelId: string, ratePerSecond?: number): string {
  const { origin } = new URL(callbackUri);
  return ratePerSecond === undefined ? origin : `${origin} ${channelId}`;
}

/** Before the name of an endpoint: what is replayed to it has few slots of its own, and waits for what is fresh. */
export const REPLAY_LANE = 'replay ';

/** Slots of a replay lane. */
export const REPLAY_SLOTS = 4;

/** … of that of e-mail: each takes a connection to the mail server, of which there are few. */
export const REPLAY_MAIL_SLOTS = 1;
