import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource, type EntityManager } from 'typeorm';
import { LOGGER } from '../config.module';
import { onceOverReplicas } from '../database/once';
import { FIRST_UUID } from '../fields/uuid';
import { ChannelEntity } from './channel.entity';
import { CannotOpen, SecretBox } from './secret-box';
import { type ChannelSecret, placeOf } from './secret-place';

/** Channels in one transaction. */
const AT_ONCE = 200;

type SealedColumn = 'sealedPassword' | 'sealedApiKey' | 'sealedSecret' | 'sealedPreviousSecret';

const SEALED: readonly (readonly [SealedColumn, ChannelSecret])[] = [
  ['sealedPassword', 'password'],
  ['sealedApiKey', 'api-key'],
  ['sealedSecret', 'secret'],
  ['sealedPreviousSecret', 'secret'],
];

/** Nothing of others is locked: the fan-out would wait. */
const HAS_OTHERS = SEALED.map(([column]) => `NOT starts_with(channel.${column}, :prefix)`).join(' OR ');

/** Seals with the current key what an earlier one has sealed, so that the earlier one can be taken away. */
@Injectable()
export class Reseal {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @returns how many channels were sealed anew */
  async run(): Promise<number> {
    let resealed = 0;
    let after: string | undefined = FIRST_UUID;
    while (after !== undefined) {
      const from: string = after;
      const part = await onceOverReplicas(this.dataSource, 'delivery.reseal', (tx) => this.part(tx, from));
      resealed += part?.resealed ?? 0;
      after = part?.last;
    }
    if (resealed > 0) this.logger.info({ channels: resealed }, 'secrets were sealed with the current key');
    return resealed;
  }

  private async part(tx: EntityManager, after: string): Promise<{ resealed: number; last?: string }> {
    const channels = await tx
      .createQueryBuilder(ChannelEntity, 'channel')
      .setLock('for_no_key_update')
      .where('channel.id > :after', { after })
      .andWhere(`(${HAS_OTHERS})`, { prefix: this.box.currentPrefix })
      .orderBy('channel.id')
      .limit(AT_ONCE)
      .getMany();
    let resealed = 0;
    for (const channel of channels) {
      const change = this.changeOf(channel);
      if (Object.keys(change).length === 0) continue;
      await tx.update(ChannelEntity, { id: channel.id }, change);
      resealed += 1;
    }
    const last = channels.at(-1)?.id;
    return { resealed, ...(last !== undefined && { last }) };
  }

  private changeOf(channel: ChannelEntity): Partial<Pick<ChannelEntity, SealedColumn>> {
    const change: Partial<Pick<ChannelEntity, SealedColumn>> = {};
    for (const [column, secret] of SEALED) {
      const sealed = channel[column];
      if (sealed?.startsWith(this.box.currentPrefix) !== false) continue;
      try {
        const place = placeOf(channel.id, secret);
        change[column] = this.box.seal(this.box.open(sealed, place), place);
      } catch (error) {
        if (!(error instanceof CannotOpen)) throw error;
        this.logger.error({ channel: channel.id, column, err: error }, 'a secret can not be opened');
      }
    }
    return change;
  }
}
