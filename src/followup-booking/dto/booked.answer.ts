import { ApiProperty } from '@nestjs/swagger';
import type { PartOrder } from '../part-orders';

class OrderedPart {
  @ApiProperty({ description: 'Number of the part order', example: 'FU-000001-P1' })
  PartOrderNum: string;

  @ApiProperty({ type: [String], description: 'Product numbers', example: ['ONT-G010-P'] })
  Parts: string[];
}

/** Book Job Response object. */
export class BookedAnswer {
  @ApiProperty({ description: 'Number of the follow-up work order', example: 'FU-000001' })
  readonly OrderNum: string;

  @ApiProperty({ type: [OrderedPart], description: 'What was ordered for it; empty when nothing was' })
  readonly OrderedParts: OrderedPart[];

  constructor(orderNum: string, partOrders: readonly PartOrder[]) {
    this.OrderNum = orderNum;
    this.OrderedParts = partOrders.map(({ partOrderNum, parts }) => ({
      PartOrderNum: partOrderNum,
      Parts: [...parts],
    }));
  }
}
