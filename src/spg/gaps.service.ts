import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { isId, type Page, readCursor, toPage } from '../http/page';
import type { GapQuery } from './dto/gap.query';
import { GapEntity } from './gap.entity';

/** Reads the gaps. */
@Injectable()
export class Gaps {
  constructor(@InjectRepository(GapEntity) private readonly repository: Repository<GapEntity>) {}

  /** The newest first. */
  async list({ state, limit, cursor }: GapQuery): Promise<Page<GapEntity>> {
    const query = this.repository.createQueryBuilder('gap').orderBy('gap.from', 'DESC');
    if (state) query.andWhere('gap.state = :state', { state });
    if (cursor) query.andWhere('gap.from < :before', { before: readCursor(cursor, isId)[0] });
    return toPage(await query.take(limit + 1).getMany(), limit, ({ from }) => [from]);
  }
}
