import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A source event that was published: by its id it enters once. */
@Entity('tuatahi_source_event')
export class SourceEventEntity {
  @PrimaryColumn('uuid')
  id: string;

  /** SHA-256 of its canonical JSON: the same id with another body is refused. */
  @Column('bytea', { name: 'body_hash' })
  bodyHash: Buffer;

  @Column('timestamptz', { name: 'received_at', default: () => 'clock_timestamp()' })
  receivedAt: Date;
}
