import { makeDay } from '../support/days';
import { query } from './server';

const DAYS = 90;
const PARTIES = 10;
const SUBSCRIPTIONS = 100;

/** Of the log: things that there are. */
export interface Filled {
  readonly partyId: string;
  readonly subscriptionId: string;
  readonly channelId: string;
  readonly transactionId: string;
}

/** A channel for each subscription; a subscription's party is that of its number. */
const CHANNELS = `
  INSERT INTO delivery_channel (id, subscription_id, party_id, kind, endpoint, callback_uri, emails, error_strategy)
  SELECT ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid,
    ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'party-' || n % ${PARTIES}, 'webhook',
    'https://receiver-' || n || '.example.co.nz', 'https://receiver-' || n || '.example.co.nz/hook', '{}', 'retry'
  FROM generate_series(0, ${SUBSCRIPTIONS - 1}) AS n`;

/** So many of one day, evenly over it: of a hundred, two have failed and one was cancelled. */
const NOTIFICATIONS = `
  INSERT INTO delivery_notification (id, subscription_id, channel_id, party_id, position, event_type, sequence,
    endpoint, target, status, attempts, counted_attempts, created_at, finished_at, transaction_id)
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
      || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
    c.subscription_id, c.id, c.party_id, n, CASE n % 4 WHEN 0 THEN 'SPWorkOrderNotification' ELSE 'ONTActivation' END,
    n, c.endpoint, c.callback_uri,
    CASE WHEN n / ${SUBSCRIPTIONS} % 50 = 7 THEN 'fail' WHEN n / ${SUBSCRIPTIONS} % 100 = 8 THEN 'cancelled' ELSE 'sent' END,
    1, 1, at, at + interval '1 second', 'transaction-' || n
  FROM generate_series($1::bigint, $2::bigint) AS n
  CROSS JOIN LATERAL (
    SELECT least(date_trunc('day', now() - $3::int * interval '1 day', 'UTC')
      + interval '1 day' * (n - $1::bigint) / ($2::bigint - $1::bigint + 1), clock_timestamp()) AS at) t
  JOIN delivery_channel c ON c.id = ('00000000-0000-4000-9000-' || lpad((n % ${SUBSCRIPTIONS})::text, 12, '0'))::uuid`;

/** Fills an empty delivery log, the same number for each of the last days. */
export async function fillDeliveryLog(
  databaseUrl: string,
  count: number,
  say: (progress: string) => void,
): Promise<Filled> {
  await query(databaseUrl, CHANNELS);
  const ofADay = Math.ceil(count / DAYS);
  for (let day = DAYS - 1; day >= 0; day -= 1) {
    await query(databaseUrl, makeDay(day));
    const first = (DAYS - 1 - day) * ofADay;
    await query(databaseUrl, NOTIFICATIONS, [first, first + ofADay - 1, day]);
    if (day % 15 === 0) say(`${first + ofADay} of ${count} notifications filled in`);
  }
  await query(databaseUrl, 'VACUUM (ANALYZE) delivery_notification');
  return {
    partyId: 'party-3',
    subscriptionId: '00000000-0000-4000-8000-000000000013',
    channelId: '00000000-0000-4000-9000-000000000013',
    transactionId: `transaction-${13 + SUBSCRIPTIONS * Math.floor(count / SUBSCRIPTIONS / 2)}`,
  };
}
