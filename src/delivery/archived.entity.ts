import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How many notifications retention has taken away: so the ledger still adds up. */
@Entity('delivery_archived')
export class ArchivedEntity {
  @PrimaryColumn('uuid', { name: 'subscription_id' })
  subscriptionId: string;

  @PrimaryColumn('text')
  status: string;

  @Column('bigint')
  notifications: string;
}
