import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { DataSource, type EntityManager, MoreThan } from 'typeorm';
import { LOGGER } from '../config.module';
import { onceOverReplicas } from '../database/once';
import { ChannelEntity } from './channel.entity';
import { CannotOpen, SecretBox } from './secret-box';

/** Channels in one transaction. */
const AT_ONCE = 200;

const SEALED = {
  sealedPassword: 'password',
  sealedApiKey: 'api-key',
  sealedSecret: 'secret',
  sealedPreviousSecret: 'secret',
} as const;
type SealedColumn = keyof typeof SEALED;

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
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
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
    const channels = await tx.find(ChannelEntity, {
      where: { id: MoreThan(after), kind: 'webhook' },
      order: { id: 'ASC' },
      take: AT_ONCE,
      lock: { mode: 'for_no_key_update' },
    });
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
    for (const [column, place] of Object.entries(SEALED) as [SealedColumn, string][]) {
      const sealed = channel[column];
      if (sealed === null || !this.box.needsResealing(sealed)) continue;
      try {
        const context = `${channel.id} ${place}`;
        change[column] = this.box.seal(this.box.open(sealed, context), context);
      } catch (error) {
        if (!(error instanceof CannotOpen)) throw error;
        this.logger.error({ channel: channel.id, column, err: error }, 'a secret can not be opened');
      }
    }
    return change;
  }
}
