import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** `waiting` for its turn, `queued` with the others, then what became of it. */
export type ReplayItemState = 'waiting' | 'queued' | 'sent' | 'errored' | 'cancelled';

/** A notification in a replay. */
@Entity('delivery_replay_item')
@Check('delivery_replay_item_state', "state IN ('waiting', 'queued', 'sent', 'errored', 'cancelled')")
@Index('delivery_replay_item_once', ['notificationId'], {
  unique: true,
  where: "state IN ('waiting', 'queued')",
})
@Index('delivery_replay_item_waiting', ['replayId', 'notificationId'], { where: "state = 'waiting'" })
@Index('delivery_replay_item_queued', ['notificationId'], { where: "state = 'queued'" })
export class ReplayItemEntity {
  @PrimaryColumn('uuid', { name: 'replay_id' })
  replayId: string;

  @PrimaryColumn('uuid', { name: 'notification_id' })
  notificationId: string;

  @Column('text')
  state: ReplayItemState;
}
