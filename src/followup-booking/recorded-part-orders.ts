import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { RequiredPart } from './dto/required-part';
import { PartOrderEntity } from './part-order.entity';
import { type PartOrder, PartOrders } from './part-orders';

/**
 * Writes down what is to be ordered. Parts that come with the number of their order keep it; the others become one
 * order, numbered after the visit.
 */
@Injectable()
export class RecordedPartOrders extends PartOrders {
  async order(
    tx: EntityManager,
    orderNum: string,
    parts: readonly RequiredPart[],
  ): Promise<readonly PartOrder[]> {
    const orders = new Map<string, string[]>();
    for (const { PartOrderNum, ProdNum } of parts) {
      const partOrderNum = PartOrderNum || `${orderNum}-P1`;
      orders.set(partOrderNum, [...(orders.get(partOrderNum) ?? []), ProdNum]);
    }
    const rows = [...orders].map(([partOrderNum, prodNums]) => ({ orderNum, partOrderNum, prodNums }));
    if (rows.length > 0) await tx.insert(PartOrderEntity, rows);
    return this.of(tx, orderNum);
  }

  async of(tx: EntityManager, orderNum: string): Promise<readonly PartOrder[]> {
    const rows = await tx.find(PartOrderEntity, { where: { orderNum }, order: { partOrderNum: 'ASC' } });
    return rows.map(({ partOrderNum, prodNums }) => ({ partOrderNum, parts: prodNums }));
  }
}
