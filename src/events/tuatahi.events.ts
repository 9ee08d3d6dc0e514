interface SubscriptionData {
  subscriptionId: string;
  partyId: string;
  /** What is subscribed to: an event type, or a prefix with `*`. */
  eventType: string;
  /** RFC 3339. */
  expiresAt: string;
}

interface ChannelData {
  subscriptionId: string;
  channelId: string;
  partyId: string;
  kind: 'webhook' | 'email';
  /** Where it delivers to: the callback, or the addresses. */
  target: string;
}

/** A source event as it was published: `message` is flat and is what filters look at. */
interface SourceEventData {
  /** The publisher's own id (UUID). */
  id: string;
  /** Name by which it was published: `ONTActivation`. */
  eventType: string;
  eventTimestamp: string;
  message: Record<string, unknown>;
  payload: Record<string, unknown>;
}

/** The events that the `tuatahi` module and the delivery engine state. */
export interface TuatahiEvents {
  'tuatahi.ont.activation': SourceEventData;
  'tuatahi.subscription.created': SubscriptionData;
  'tuatahi.subscription.extended': SubscriptionData & {
    /** When it was to end before. */
    previousExpiresAt: string;
    /** It had expired. */
    revived: boolean;
  };
  'tuatahi.subscription.expiring': SubscriptionData & { daysLeft: number };
  'tuatahi.subscription.expired': SubscriptionData;
  'tuatahi.subscription.deleted': SubscriptionData;
  /** Nothing has come through for a while; it will be disabled when it goes on like that. */
  'tuatahi.channel.failing': ChannelData & {
    failingSince: string;
    /** When it will be disabled. */
    disabledAt: string;
    /** How much of the time until then has gone by: 50, 70 or 90. */
    percent: number;
  };
  'tuatahi.channel.disabled': ChannelData & { reason: 'failing' | 'gone'; failingSince?: string };
  /** It delivers again: by itself after a warning, or because it was enabled by its owner. */
  'tuatahi.channel.recovered': ChannelData;
  'tuatahi.notification.failed': {
    notificationId: string;
    subscriptionId: string;
    channelId: string;
    /** Of the notification that failed. */
    eventType: string;
    /** Its number in the subscription. */
    eventId: string;
    target: string;
    attempts: number;
    /** HTTP or SMTP status of the last attempt. */
    status?: number;
    /** Why there was no answer to the last attempt. */
    error?: string;
  };
  /** All of a replay is delivered, or was tried. */
  'tuatahi.replay.completed': {
    replayId: string;
    partyId: string;
    matched: number;
    sent: number;
    errored: number;
  };
}
