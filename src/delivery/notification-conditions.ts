type Attribute = readonly [name: string, text: string];

/** Which notifications of a party. All conditions together. */
export interface NotificationQuery {
  readonly partyId: string;
  readonly id?: string | undefined;
  readonly status?: string | undefined;
  readonly subscriptionIds?: readonly string[] | undefined;
  readonly channelId?: string | undefined;
  readonly eventType?: string | undefined;
  /** Inclusive. */
  readonly createdFrom?: Date | undefined;
  /** Exclusive. */
  readonly createdTo?: Date | undefined;
  readonly transactionId?: string | undefined;
  /** Of the event. Any of them, in which `all` have their text and not all of `not`. */
  readonly attributes?: readonly { readonly all: readonly Attribute[]; readonly not: readonly Attribute[] }[];
}

/** A condition of SQL and its parameters. */
interface Conditions {
  readonly sql: string;
  readonly parameters: unknown[];
}

/**
 * The WHERE of a query over `delivery_notification n`. The bounds of time bound the ids as well (UUID version 7), by
 * which days are left out; served by the indexes of `delivery_history`.
 */
export function conditionsFor(query: NotificationQuery): Conditions {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => `$${parameters.push(value)}`;
  const all = [`n.party_id = ${bind(query.partyId)}`, 'n.sequence IS NOT NULL'];
  const { id, status, subscriptionIds, channelId, eventType, createdFrom, createdTo, transactionId } = query;
  if (id !== undefined) all.push(`n.id = ${bind(id)}`);
  if (status !== undefined) all.push(`n.status = ${bind(status)}`);
  if (subscriptionIds) all.push(`n.subscription_id = ANY(${bind(subscriptionIds)}::uuid[])`);
  if (channelId !== undefined) all.push(`n.channel_id = ${bind(channelId)}`);
  if (eventType !== undefined) all.push(`n.event_type = ${bind(eventType)}`);
  if (transactionId !== undefined) all.push(`n.transaction_id = ${bind(transactionId)}`);
  if (createdFrom) {
    const from = bind(createdFrom);
    // The id is made a little before the time is taken.
    const first = `karere_first_uuid(${from}::timestamptz - interval '1 second')`;
    all.push(`n.created_at >= ${from}::timestamptz`, `n.id >= ${first}`);
  }
  if (createdTo) {
    const to = bind(createdTo);
    all.push(`n.created_at < ${to}::timestamptz`, `n.id < karere_first_uuid(${to}::timestamptz)`);
  }
  if (query.attributes && query.attributes.length > 0) all.push(attributesMatch(query.attributes, bind));
  return { sql: all.join('\n      AND '), parameters };
}

/** Attributes are in the event: of a published one in its message, of one of our own at the top of its data. */
function attributesMatch(
  entries: NonNullable<NotificationQuery['attributes']>,
  bind: (value: unknown) => string,
): string {
  const holds = ([name, text]: Attribute): string =>
    `coalesce(a.flat ->> ${bind(name)} = ${bind(text)}, false)`;
  const entry = ({ all, not }: (typeof entries)[number]): string => {
    const none = not.length > 0 ? [`NOT (${not.map(holds).join(' AND ')})`] : [];
    return ['true', ...all.map(holds), ...none].join(' AND ');
  };
  return `EXISTS (
        SELECT FROM domain_event e
        CROSS JOIN LATERAL (
          SELECT CASE WHEN position('.' IN n.event_type) > 0 THEN e.data ELSE e.data -> 'message' END AS flat
        ) a
        WHERE e.position = n.position AND (${entries.map((one) => `(${entry(one)})`).join(' OR ')}))`;
}
