import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ChannelEntity } from '../../delivery/channel.entity';
import type { SubscriptionEntity } from '../subscription.entity';
import { EmailAddress } from './email-address';

const HIDDEN = '********';

class AuthAnswer {
  @ApiProperty({ example: 'karere' })
  username: string;

  @ApiProperty({ description: 'Never shown', example: HIDDEN })
  password: string;
}

class WebhookAnswer {
  @ApiProperty({ example: 'http://127.0.0.1:4000/hook' })
  callbackUri: string;

  @ApiProperty({ enum: ['ignore', 'retry'] })
  errorStrategy: 'ignore' | 'retry';

  @ApiPropertyOptional({ type: AuthAnswer })
  auth?: AuthAnswer;

  @ApiPropertyOptional({ description: 'It has one, which is never shown', example: HIDDEN })
  apiKey?: string;

  @ApiPropertyOptional({ example: 50 })
  ratePerSecond?: number;
}

class EmailChannelAnswer {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ enum: ['enabled', 'disabled'], description: 'disabled: nothing is delivered any more' })
  state: ChannelEntity['state'];

  @ApiProperty({ type: [EmailAddress] })
  email: EmailAddress[];
}

class WebhookChannelAnswer {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ enum: ['enabled', 'disabled'], description: 'disabled: nothing is delivered any more' })
  state: ChannelEntity['state'];

  @ApiPropertyOptional({
    description: 'Signing secret (Standard Webhooks); only in the answer that creates it',
  })
  secret?: string;

  @ApiProperty({ type: [WebhookAnswer] })
  webhook: WebhookAnswer[];
}

class ChannelsAnswer {
  @ApiProperty({ type: [EmailChannelAnswer] })
  email: EmailChannelAnswer[];

  @ApiProperty({ type: [WebhookChannelAnswer] })
  webhook: WebhookChannelAnswer[];
}

/** A subscription, nested as the Notifications Management API prescribes. */
export class SubscriptionAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id: string;

  @ApiProperty({ example: 'SPWorkOrderNotification' })
  readonly eventType: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  readonly filters?: Record<string, unknown>;

  @ApiProperty({ type: [EmailAddress] })
  readonly contactEmails: EmailAddress[];

  @ApiProperty({ example: '2027-06-30' })
  readonly expiresOn: string;

  @ApiProperty({ enum: ['active', 'expired'], description: 'expired: it can be revived by a new expiresOn' })
  readonly state: 'active' | 'expired';

  @ApiPropertyOptional({
    description: 'It had expired and was revived: after this number, nothing was matched until then',
    example: '17',
  })
  readonly unmatchedAfter?: string;

  @ApiProperty()
  readonly clientId: string;

  @ApiProperty()
  readonly organisation: string;

  @ApiProperty({ type: [String] })
  readonly partyIds: string[];

  @ApiProperty({ type: ChannelsAnswer })
  readonly notificationChannels: ChannelsAnswer;

  /** @param secrets signing secrets that were made just now, by channel id */
  constructor(
    {
      id,
      eventType,
      filters,
      contactEmails,
      expiresOn,
      state,
      unmatchedAfter,
      clientId,
      organisation,
      partyId,
    }: SubscriptionEntity,
    channels: readonly ChannelEntity[],
    secrets: ReadonlyMap<string, string | undefined> = new Map(),
  ) {
    this.id = id;
    this.eventType = eventType;
    if (filters) this.filters = filters;
    this.contactEmails = contactEmails.map((email) => ({ email }));
    this.expiresOn = expiresOn;
    this.state = state === 'active' ? 'active' : 'expired';
    if (unmatchedAfter !== null) this.unmatchedAfter = unmatchedAfter;
    this.clientId = clientId;
    this.organisation = organisation;
    this.partyIds = [partyId];
    this.notificationChannels = {
      email: channels
        .filter(({ kind }) => kind === 'email')
        .map(({ id: channelId, state: channelState, emails }) => ({
          id: channelId,
          state: channelState,
          email: emails.map((email) => ({ email })),
        })),
      webhook: channels
        .filter(({ kind }) => kind === 'webhook')
        .map((channel) => webhookAnswer(channel, secrets.get(channel.id))),
    };
  }
}

function webhookAnswer(channel: ChannelEntity, secret: string | undefined): WebhookChannelAnswer {
  const { id, state, callbackUri, errorStrategy, username, sealedApiKey, ratePerSecond } = channel;
  return {
    id,
    state,
    ...(secret !== undefined && { secret }),
    webhook: [
      {
        callbackUri: callbackUri ?? '',
        errorStrategy,
        ...(username !== null && { auth: { username, password: HIDDEN } }),
        ...(sealedApiKey !== null && { apiKey: HIDDEN }),
        ...(ratePerSecond !== null && { ratePerSecond }),
      },
    ],
  };
}
