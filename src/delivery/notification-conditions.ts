import type { DomainEvent } from '../events/domain-event';
import type { IdWindow } from './id-windows';

/** Which notifications of a party. All conditions together. */
export interface NotificationQuery {
  readonly partyId: string;
  readonly id?: string | undefined;
  readonly status?: string | undefined;
  readonly subscriptionIds?: readonly string[] | undefined;
  readonly channelId?: string | undefined;
  /** As it is delivered, or a prefix of some with `.*`. */
  readonly eventType?: string | undefined;
  /** Inclusive. */
  readonly createdFrom?: Date | undefined;
  /** Exclusive. */
  readonly createdTo?: Date | undefined;
  readonly transactionId?: string | undefined;
  /** What their events have to be like, which are looked at one by one. */
  readonly matches?: ((eventType: string, event: DomainEvent) => boolean) | undefined;
}

/** Gives a value to a statement, and says how the statement names it. */
export type Bind = (value: unknown) => string;

/**
 * The WHERE of a query over `delivery_notification n`, but for what the events have to be like. The bounds of time
 * bound the ids as well (UUID version 7), by which days are left out; served by the indexes of `delivery_history`.
 */
export function conditionsFor(query: NotificationQuery, window: IdWindow, bind: Bind): string {
  // Written so that no index serves it, a transaction is looked for by its own index alone: that one is not precise,
  // and PostgreSQL would read all that the party has had besides.
  const equals = query.transactionId === undefined ? '=' : 'IS NOT DISTINCT FROM';
  const all = [`n.party_id ${equals} ${bind(query.partyId)}`, 'n.sequence IS NOT NULL'];
  const { id, status, subscriptionIds, channelId, eventType, createdFrom, createdTo, transactionId } = query;
  if (id !== undefined) all.push(`n.id = ${bind(id)}`);
  if (status !== undefined) all.push(`n.status = ${bind(status)}`);
  if (subscriptionIds) all.push(`n.subscription_id = ANY(${bind(subscriptionIds)}::uuid[])`);
  if (channelId !== undefined) all.push(`n.channel_id = ${bind(channelId)}`);
  if (eventType?.endsWith('.*')) all.push(`starts_with(n.event_type, ${bind(eventType.slice(0, -1))})`);
  else if (eventType !== undefined) all.push(`n.event_type = ${bind(eventType)}`);
  if (transactionId !== undefined) all.push(`n.transaction_id = ${bind(transactionId)}`);
  if (createdFrom) {
    const from = bind(createdFrom);
    // The id is made a little before the time is taken, and none before 1970.
    const first = `karere_first_uuid(greatest(${from}::timestamptz - interval '1 second', timestamptz 'epoch'))`;
    all.push(`n.created_at >= ${from}::timestamptz`, `n.id >= ${first}`);
  }
  if (createdTo) {
    const to = bind(createdTo);
    all.push(`n.created_at < ${to}::timestamptz`, `n.id < karere_first_uuid(${to}::timestamptz)`);
  }
  if (window.from !== undefined) all.push(`n.id >= ${bind(window.from)}`);
  if (window.before !== undefined) all.push(`n.id < ${bind(window.before)}`);
  return all.join('\n      AND ');
}
