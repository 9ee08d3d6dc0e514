import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Parts that were ordered together for one visit. */
@Entity('followup_part_order')
export class PartOrderEntity {
  @PrimaryColumn('text', { name: 'order_num' })
  orderNum: string;

  @PrimaryColumn('text', { name: 'part_order_num' })
  partOrderNum: string;

  @Column('text', { name: 'prod_nums', array: true })
  prodNums: string[];
}
