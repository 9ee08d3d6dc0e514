import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { prefixesOf } from '../database/text-search';
import { storableText } from '../events/storable';
import { isInstant, isStorable, type Page, readCursor, toPage } from '../http/page';
import type { WorkOrderQuery } from './dto/work-order.query';
import { unknownWorkOrder } from './spg.problems';
import { WorkOrderEntity } from './work-order.entity';

/** Reads the projection of work orders. */
@Injectable()
export class WorkOrders {
  constructor(@InjectRepository(WorkOrderEntity) private readonly repository: Repository<WorkOrderEntity>) {}

  /** The most recently changed first. */
  async list({ status, text, changedSince, limit, cursor }: WorkOrderQuery): Promise<Page<WorkOrderEntity>> {
    const query = this.repository
      .createQueryBuilder('o')
      .orderBy('o.changedAt', 'DESC')
      .addOrderBy('o.wonum', 'DESC');
    if (status) query.andWhere('o.status = :status', { status });
    if (changedSince) query.andWhere('o.changedAt >= :changedSince', { changedSince });
    if (text)
      query.andWhere(`o.search @@ to_tsquery('simple', :words)`, { words: prefixesOf(storableText(text)) });
    if (cursor) {
      const [changedAt, wonum] = readCursor(cursor, isInstant, isStorable);
      query.andWhere('(o.changedAt, o.wonum) < (:changedAt, :wonum)', { changedAt, wonum });
    }
    const rows = await query.take(limit + 1).getMany();
    return toPage(rows, limit, (row) => [row.changedAt.toISOString(), row.wonum]);
  }

  /** @throws unknownWorkOrder */
  async get(wonum: string): Promise<WorkOrderEntity> {
    const found = await this.repository.findOneBy({ wonum: storableText(wonum) });
    if (!found) throw unknownWorkOrder(`No notification about work order ${wonum} has come.`);
    return found;
  }
}
