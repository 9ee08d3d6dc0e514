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

  /** How many of each, in the same order, null where nobody has said. Null: by a replica that did not know of it yet. */
  @Column('float8', { array: true, nullable: true })
  quantities: (number | null)[] | null;
}
