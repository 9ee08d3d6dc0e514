import { currentTraceparent } from '../tracing/trace-context';
import type { ChannelEntity, ChannelKind } from './channel.entity';

/** A notification with what its composition needs of its channel. Named as in the database (`claim.ts`). */
export interface Outgoing {
  /** The `webhook-id`. */
  readonly id: string;
  readonly subscription_id: string;
  readonly channel_id: string;
  readonly event_type: string;
  readonly sequence: string | null;
  readonly target: string;
  readonly transaction_id: string | null;
  /** Of the trace that its event is part of. */
  readonly traceparent: string | null;
  readonly replay_id: string | null;
  readonly kind: ChannelKind;
  readonly username: string | null;
  readonly sealed_password: string | null;
  readonly sealed_api_key: string | null;
  readonly sealed_secret: string | null;
  readonly sealed_previous_secret: string | null;
  /** Who looks after the subscription; of mails only. */
  readonly contacts: readonly string[] | null;
  /** It tells of nothing: its owner wants to see whether it arrives. */
  readonly sample?: true;
}

/** A sample for a channel. Its number is 0, which no notification has. */
export function sampleFor(
  channel: ChannelEntity,
  sample: {
    readonly id: string;
    readonly eventType: string;
    readonly target: string;
    readonly contacts: readonly string[];
  },
  transactionId: string,
): Outgoing {
  return {
    id: sample.id,
    subscription_id: channel.subscriptionId,
    channel_id: channel.id,
    event_type: sample.eventType,
    sequence: '0',
    target: sample.target,
    transaction_id: transactionId,
    traceparent: currentTraceparent() ?? null,
    replay_id: null,
    kind: channel.kind,
    username: channel.username,
    sealed_password: channel.sealedPassword,
    sealed_api_key: channel.sealedApiKey,
    sealed_secret: channel.sealedSecret,
    sealed_previous_secret: null,
    contacts: sample.contacts,
    sample: true,
  };
}

/** Where a channel delivers to. */
export function targetsOf({ callbackUri, emails }: ChannelEntity): readonly string[] {
  return callbackUri === null ? emails : [callbackUri];
}
