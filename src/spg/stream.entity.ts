import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How far the stream of eventIds has been looked at for gaps. One row, once the first has come. */
@Entity('spg_stream')
@Check('spg_stream_single', 'single')
export class StreamEntity {
  @PrimaryColumn('boolean', { default: true })
  single: boolean;

  /** The first event ever seen; nothing below it is missed. */
  @Column('bigint')
  baseline: string;

  @Column('bigint')
  highest: string;
}
