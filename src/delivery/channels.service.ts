import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, In, Not } from 'typeorm';
import { ChannelEntity, type ErrorStrategy } from './channel.entity';
import { endpointOf, MAIL_ENDPOINT } from './endpoint-name';
import { SecretBox } from './secret-box';
import { placeOf } from './secret-place';
import { newSigningSecret } from './signature';

/** A channel as its owner asks for it. */
export type ChannelRequest =
  | {
      readonly kind: 'webhook';
      readonly callbackUri: string;
      readonly errorStrategy: ErrorStrategy;
      readonly username?: string;
      readonly password?: string;
      readonly apiKey?: string;
      readonly ratePerSecond?: number;
      readonly identity: string;
    }
  | { readonly kind: 'email'; readonly emails: readonly string[]; readonly identity: string }
  | { readonly kind: 'contact'; readonly emails: readonly string[] };

export interface CreatedChannel {
  readonly channel: ChannelEntity;
  /** The signing secret of a webhook, in clear for the only time. */
  readonly secret?: string;
}

/** How long deliveries are signed with the old secret, too, after a rotation. */
const GRACE_MS = 24 * 3_600_000;

/** The channels of subscriptions: their settings and secrets. */
@Injectable()
export class Channels {
  constructor(private readonly box: SecretBox) {}

  async create(
    tx: EntityManager,
    owner: { readonly subscriptionId: string; readonly partyId: string },
    request: ChannelRequest,
  ): Promise<CreatedChannel> {
    const id = randomUUID();
    const secret = request.kind === 'webhook' ? newSigningSecret() : undefined;
    await tx.insert(ChannelEntity, {
      ...owner,
      id,
      kind: request.kind,
      ...(secret !== undefined && { sealedSecret: this.box.seal(secret, placeOf(id, 'secret')) }),
      ...(request.kind === 'webhook' ? this.webhookColumns(id, request) : emailColumns(request)),
    });
    const channel = await tx.findOneByOrFail(ChannelEntity, { id });
    return { channel, ...(secret !== undefined && { secret }) };
  }

  /** Gives a webhook a new signing secret; for a day deliveries are signed with the old one, too. */
  async rotateSecret(tx: EntityManager, channel: ChannelEntity, now: Date): Promise<string> {
    const secret = newSigningSecret();
    await tx.update(
      ChannelEntity,
      { id: channel.id },
      {
        sealedPreviousSecret: channel.sealedSecret,
        previousSecretUntil: new Date(now.getTime() + GRACE_MS),
        sealedSecret: this.box.seal(secret, placeOf(channel.id, 'secret')),
      },
    );
    return secret;
  }

  /** Delivers again from now on; what was cancelled meanwhile stays cancelled and can be replayed. */
  async enable(tx: EntityManager, channel: ChannelEntity): Promise<void> {
    const change = { state: 'enabled', failingSince: null, warnedPercent: 0 } as const;
    await tx.update(ChannelEntity, { id: channel.id }, change);
  }

  /**
   * When their subscription is deleted: others may have the same from now on.
   * @returns whose queues are to be emptied as soon as that has committed
   */
  async end(tx: EntityManager, subscriptionId: string): Promise<string[]> {
    const ids = await this.lock(tx, { subscriptionId });
    await tx.update(ChannelEntity, { id: In(ids) }, { identity: null, state: 'disabled' });
    return ids;
  }

  /**
   * When their subscriptions have expired: what gets nothing does not fail.
   * @returns whose queues are to be emptied as soon as that has committed
   */
  async expire(tx: EntityManager, subscriptionIds: readonly string[]): Promise<string[]> {
    const ids = await this.lock(tx, { subscriptionId: In(subscriptionIds), kind: Not('contact') });
    await tx.update(ChannelEntity, { id: In(ids) }, { expired: true, failingSince: null, warnedPercent: 0 });
    return ids;
  }

  /** When their subscription has got a new end; what was `expired` meanwhile stays so and can be replayed. */
  async revive(tx: EntityManager, subscriptionId: string): Promise<void> {
    const ids = await this.lock(tx, { subscriptionId });
    await tx.update(ChannelEntity, { id: In(ids) }, { expired: false });
  }

  /** In the order of their ids, as everywhere, so that nobody waits in a circle. By `delivery_channel_of_subscription`. */
  private async lock(tx: EntityManager, where: FindOptionsWhere<ChannelEntity>): Promise<string[]> {
    const channels = await tx.find(ChannelEntity, {
      select: { id: true },
      where,
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    return channels.map(({ id }) => id);
  }

  private webhookColumns(
    id: string,
    {
      callbackUri,
      errorStrategy,
      username,
      password,
      apiKey,
      ratePerSecond,
      identity,
    }: Extract<ChannelRequest, { kind: 'webhook' }>,
  ) {
    return {
      callbackUri,
      errorStrategy,
      identity,
      emails: [],
      endpoint: endpointOf(callbackUri, id, ratePerSecond),
      username: username ?? null,
      sealedPassword: password === undefined ? null : this.box.seal(password, placeOf(id, 'password')),
      sealedApiKey: apiKey === undefined ? null : this.box.seal(apiKey, placeOf(id, 'api-key')),
      ratePerSecond: ratePerSecond ?? null,
    };
  }
}

function emailColumns(request: Exclude<ChannelRequest, { kind: 'webhook' }>) {
  return {
    emails: [...request.emails],
    identity: request.kind === 'email' ? request.identity : null,
    errorStrategy: 'retry' as const,
    endpoint: MAIL_ENDPOINT,
  };
}
