import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import type { DomainEvent, NewEvent } from '../events/domain-event';
import { DurableConsumer } from '../events/durable-consumer';
import { EventLog } from '../events/event-log';
import { gapEvent } from './gap-event';
import { holesAbove, type Range, rangesOf, sortIds, within, without } from './gap.policy';
import { GapEntity } from './gap.entity';
import { type NotificationEvent, isNotificationEvent } from './notification-event';
import { StreamEntity } from './stream.entity';

/**
 * Watches the gateway's eventIds, which ascend by 1, for gaps: behind the ingest path, so it costs it
 * nothing. The consumer's own cursor, which the retry of a parked event locks as well, makes it the only writer
 * but for the jobs, which lock the rows they change.
 */
@Injectable()
export class GapConsumer extends DurableConsumer {
  readonly name = 'spg-gaps';
  override readonly batchSize = 1000;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly log: EventLog,
  ) {
    super();
  }

  async handle(events: readonly DomainEvent[], tx: EntityManager): Promise<void> {
    const arrived = events.filter(isNotificationEvent);
    const [first] = arrived;
    const last = arrived.at(-1);
    if (!first || !last) return;

    const stream = await this.lockStream(tx, first);
    const highest = BigInt(stream.highest);
    const ids = sortIds(new Set(arrived.map(({ data }) => BigInt(data.eventId))));
    const above = ids.filter((id) => id > highest);
    const below = ids.filter((id) => id < highest && id > BigInt(stream.baseline));
    const stated = [
      ...(await this.heal(tx, rangesOf(below), last)),
      ...(await this.open(tx, holesAbove(highest, above), last)),
    ];
    const newHighest = above.at(-1);
    if (newHighest !== undefined)
      await tx.update(StreamEntity, { single: true }, { highest: String(newHighest) });
    await this.log.append(tx, stated);
  }

  /** The first event ever seen sets the baseline: what was sent before is not missed. */
  private async lockStream(tx: EntityManager, { data }: NotificationEvent): Promise<StreamEntity> {
    await tx.query('INSERT INTO spg_stream (baseline, highest) VALUES ($1, $1) ON CONFLICT DO NOTHING', [
      data.eventId,
    ]);
    return tx.findOneOrFail(StreamEntity, { where: { single: true }, lock: { mode: 'pessimistic_write' } });
  }

  private async open(tx: EntityManager, holes: readonly Range[], { time }: DomainEvent): Promise<NewEvent[]> {
    const gaps = holes.map(({ from, to }) =>
      tx.create(GapEntity, { from: String(from), to: String(to), state: 'opened', openedAt: new Date(time) }),
    );
    await tx.insert(GapEntity, gaps);
    return gaps.map((gap) => gapEvent('spg.gap.opened', gap, this.config.ownerPartyId));
  }

  /** Takes what has arrived out of the gaps that it lies in. What is left is worth asking for soon again. */
  private async heal(
    tx: EntityManager,
    arrived: readonly Range[],
    { time }: DomainEvent,
  ): Promise<NewEvent[]> {
    const lowest = arrived[0]?.from;
    const highest = arrived.at(-1)?.to;
    if (lowest === undefined || highest === undefined) return [];
    const gaps = await tx
      .createQueryBuilder(GapEntity, 'gap')
      .setLock('pessimistic_write')
      .where(`gap.state <> 'healed' AND gap.to >= :lowest AND gap.from <= :highest`, {
        lowest: String(lowest),
        highest: String(highest),
      })
      .orderBy('gap.from')
      .getMany();
    const stated: NewEvent[] = [];
    for (const gap of gaps) {
      const range = { from: BigInt(gap.from), to: BigInt(gap.to) };
      const pieces = within(range, arrived);
      if (pieces.length === 0) continue;
      await tx.delete(GapEntity, { from: gap.from });
      await tx.insert(
        GapEntity,
        without(range, pieces).map((rest) => Object.assign(pieceOf(gap, rest), { replayAttempts: 0 })),
      );
      for (const healed of pieces) {
        const row = await this.insertHealed(tx, gap, healed, new Date(time));
        stated.push(gapEvent('spg.gap.healed', row, this.config.ownerPartyId));
      }
    }
    return stated;
  }

  /** Grows a neighbour that was healed in the same way, so that a long gap healed one by one stays one row. */
  private async insertHealed(
    tx: EntityManager,
    gap: GapEntity,
    range: Range,
    healedAt: Date,
  ): Promise<GapEntity> {
    const healedBy: GapEntity['healedBy'] = gap.replayRequestedAt ? 'replay' : 'late';
    const healed = Object.assign(pieceOf(gap, range), { state: 'healed', healedAt, healedBy });
    const { openedAt, confirmedAt } = gap;
    const alike = { state: 'healed' as const, healedBy, openedAt, confirmedAt: confirmedAt ?? IsNull() };
    const before = await tx.findOneBy(GapEntity, { ...alike, to: String(range.from - 1n) });
    const after = await tx.findOneBy(GapEntity, { ...alike, from: String(range.to + 1n) });
    for (const neighbour of [before, after]) {
      if (neighbour) await tx.delete(GapEntity, { from: neighbour.from });
    }
    const grown = { from: BigInt(before?.from ?? range.from), to: BigInt(after?.to ?? range.to) };
    await tx.insert(GapEntity, pieceOf(healed, grown));
    return healed;
  }
}

/** A part of a gap, with the gap's history. */
function pieceOf(gap: GapEntity, { from, to }: Range): GapEntity {
  return Object.assign(new GapEntity(), gap, { from: String(from), to: String(to) });
}
