import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Caller } from '../auth/caller';
import { isOurTurn } from '../database/once';
import { Turns } from '../database/turns';
import { countNotifications, keepHistory, type NotificationCounts } from '../delivery/notification-counts';
import { FIRST_UUID } from '../fields/uuid';
import { forbidden } from '../problems/problems';
import { LedgerAnswer, LedgerRow } from './dto/ledger.answer';
import { SubscriptionEntity } from './subscription.entity';

/** Subscriptions that are counted by one statement. */
const AT_ONCE = 1000;

/** A look that began less than so long ago is as good as one now: a little less than the interval of the job. */
const MIN_APART_SECONDS = 240;

/** Whose turn it is gets a row. A time that lies ahead was noted by a clock that was wrong. */
const BEGIN_LOOK = `
  INSERT INTO tuatahi_ledger_look AS last (begun_at) VALUES ($1)
  ON CONFLICT (single) DO UPDATE SET begun_at = excluded.begun_at
  WHERE last.begun_at NOT BETWEEN excluded.begun_at - $2 * interval '1 second' AND excluded.begun_at
  RETURNING begun_at`;

/** The proof that nothing was lost: matched = sent + failed + pending + expired + cancelled. */
@Injectable()
export class Ledger {
  /** Counting takes long, and the pool is for all. */
  private readonly turns = new Turns(1);

  constructor(private readonly dataSource: DataSource) {}

  /** Of a party's subscriptions, deleted ones too; of all parties' for an admin. @throws forbidden */
  async of({ partyId, scopes }: Caller, all: boolean): Promise<LedgerAnswer> {
    if (all && !scopes.has('notifications:admin')) {
      throw forbidden('The ledger of all parties needs the scope "notifications:admin".');
    }
    const count = () => this.atOneInstant((tx) => rowsOf(tx, all ? undefined : partyId));
    return new LedgerAnswer(await this.turns.take(count));
  }

  /** Those that do not add up; undefined: another replica is just looking, or has looked of late. */
  async unbalanced(now: Date): Promise<LedgerRow[] | undefined> {
    const turn = await this.dataSource.query<unknown[]>(BEGIN_LOOK, [now, MIN_APART_SECONDS]);
    if (turn.length === 0) return undefined;
    return this.atOneInstant(async (tx) => {
      if (!(await isOurTurn(tx, 'tuatahi.self-check'))) return undefined;
      return (await rowsOf(tx, undefined)).filter(({ balanced }) => !balanced);
    });
  }

  /** What is matched, or taken away by retention, while it counts is not seen. */
  private atOneInstant<T>(count: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      await keepHistory(tx);
      return count(tx);
    });
  }
}

async function rowsOf(tx: EntityManager, partyId: string | undefined): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  let after = FIRST_UUID;
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
