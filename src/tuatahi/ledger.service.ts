import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller';
import { countNotifications, type NotificationCounts } from '../delivery/notification-counts';
import { forbidden } from '../problems/problems';
import { LedgerAnswer, LedgerRow } from './dto/ledger.answer';
import { SubscriptionEntity } from './subscription.entity';

/** Subscriptions that are counted by one statement. */
const AT_ONCE = 1000;

/** The proof that nothing was lost: matched = sent + failed + pending + expired + cancelled. */
@Injectable()
export class Ledger {
  constructor(private readonly dataSource: DataSource) {}

  /** Of a party's subscriptions, deleted ones too; of all parties' for an admin. @throws forbidden */
  async of({ partyId, scopes }: Caller, all: boolean): Promise<LedgerAnswer> {
    if (all && !scopes.has('notifications:admin')) {
      throw forbidden('The ledger of all parties needs the scope "notifications:admin".');
    }
    return new LedgerAnswer(await this.rows(all ? undefined : partyId));
  }

  /** Those that do not add up. */
  async unbalanced(): Promise<LedgerRow[]> {
    return (await this.rows(undefined)).filter(({ balanced }) => !balanced);
  }

  /** As of one instant: what is matched while it counts is not seen. */
  private async rows(partyId: string | undefined): Promise<LedgerRow[]> {
    return this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      const rows: LedgerRow[] = [];
      let after = '00000000-0000-0000-0000-000000000000';
      for (;;) {
        const subscriptions = await subscriptionsAfter(tx, after, partyId);
        const last = subscriptions.at(-1);
        if (!last) return rows;
        after = last.id;
        const counts = new Map<string, NotificationCounts>();
        for (const count of await countNotifications(
          tx,
          subscriptions.map(({ id }) => id),
        )) {
          counts.set(count.subscriptionId, count);
        }
        for (const { id, sequence } of subscriptions) {
          const counted = counts.get(id);
          if (counted) rows.push(new LedgerRow(counted, Number(sequence)));
        }
      }
    });
  }
}

function subscriptionsAfter(
  tx: EntityManager,
  id: string,
  partyId: string | undefined,
): Promise<SubscriptionEntity[]> {
  return tx
    .createQueryBuilder(SubscriptionEntity, 's')
    .select(['s.id', 's.sequence'])
    .where('s.id > :id', { id })
    .andWhere(partyId === undefined ? 'true' : 's.partyId = :partyId', { partyId })
    .orderBy('s.id')
    .take(AT_ONCE)
    .getMany();
}
