import { Expiry } from '../../src/tuatahi/expiry.service';
import type { Gateway } from './gateway';

/** Lets the time of a subscription be over in an instant. @returns when */
export async function endTimeOf({ dataSource }: Gateway, id: string): Promise<Date> {
  const [[row]] = await dataSource.query<[{ over: Date }[], number]>(
    `UPDATE tuatahi_subscription
     SET expires_at = date_trunc('milliseconds', clock_timestamp() + interval '5 ms')
     WHERE id = $1 RETURNING expires_at AS over`,
    [id],
  );
  if (!row) throw new Error(`there is no subscription ${id}`);
  return row.over;
}

/** The same, and the job has seen it. */
export async function expire(gateway: Gateway, id: string): Promise<void> {
  await gateway.app.get(Expiry).expireDue(await endTimeOf(gateway, id));
}
