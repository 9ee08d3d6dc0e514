import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
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
    const orders = new Map<string, RequiredPart[]>();
    for (const part of parts) {
      const partOrderNum = part.PartOrderNum || `${orderNum}-P1`;
      orders.set(partOrderNum, [...(orders.get(partOrderNum) ?? []), part]);
    }
    const rows = [...orders].map(([partOrderNum, together]) => ({
      orderNum,
      partOrderNum,
      prodNums: together.map(({ ProdNum }) => ProdNum),
      quantities: together.map(quantityOf),
    }));
    if (rows.length > 0) await tx.insert(PartOrderEntity, rows);
    return rows.map(toPartOrder).toSorted(byNumber);
  }

  async of(tx: EntityManager, orderNum: string): Promise<readonly PartOrder[]> {
    const rows = await tx.findBy(PartOrderEntity, { orderNum });
    return rows.map(toPartOrder).toSorted(byNumber);
  }

  async forget(tx: EntityManager, orderNums: readonly string[]): Promise<void> {
    await tx.delete(PartOrderEntity, { orderNum: In([...orderNums]) });
  }
}

/** The published sample writes it with a colon. */
function quantityOf({ Qty, 'Qty:': asInTheSample }: RequiredPart): number | null {
  return Qty ?? asInTheSample ?? null;
}

function toPartOrder({ partOrderNum, prodNums, quantities }: PartOrderEntity): PartOrder {
  return { partOrderNum, parts: prodNums, quantities: quantities ?? prodNums.map(() => null) };
}

/** Here and not in the database, whose order of letters may be another one: the same answer has to come again. */
function byNumber(one: PartOrder, other: PartOrder): number {
  return one.partOrderNum < other.partOrderNum ? -1 : 1;
}
