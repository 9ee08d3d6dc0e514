import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, LessThan, Repository } from 'typeorm';
import { isId, type Page, type PageQuery, readCursor, toPage } from '../http/page';
import { causeOf, messageOf } from './consumer-failure';
import { ConsumerRegistry } from './consumer-registry';
import type { DomainEvent } from './domain-event';
import { EventLog } from './event-log';
import { noSuchParkedEvent, parkedEventGone, parkedEventFailedAgain } from './events.problems';
import { ParkedEventEntity } from './parked-event.entity';

/** The events that a consumer has set aside: to be looked at, and handled again once their cause is mended. */
@Injectable()
export class ParkedEvents {
  constructor(
    @InjectRepository(ParkedEventEntity) private readonly repository: Repository<ParkedEventEntity>,
    private readonly dataSource: DataSource,
    private readonly consumers: ConsumerRegistry,
    private readonly log: EventLog,
  ) {}

  /** Newest first. */
  async list({ limit, cursor }: PageQuery): Promise<Page<ParkedEventEntity>> {
    const before = cursor === undefined ? undefined : readCursor(cursor, isId)[0];
    const items = await this.repository.find({
      ...(before !== undefined && { where: { id: LessThan(before) } }),
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return toPage(items, limit, ({ id }) => [id]);
  }

  /**
   * Handles it now, out of its order, in one transaction with its removal. Whoever runs the consumer waits meanwhile,
   * and is waited for: neither writes over what the other one is at.
   * @throws noSuchParkedEvent, parkedEventGone, parkedEventFailedAgain
   */
  async retry(id: string): Promise<void> {
    let failure: unknown;
    try {
      await this.dataSource.transaction(async (tx) => {
        const parked = await this.lockWithCursor(tx, id);
        const consumer = this.consumers.named(parked.consumer);
        const event = await this.eventAt(tx, Number(parked.position));
        if (!consumer || !event) {
          throw parkedEventGone(
            consumer
              ? 'The event itself has gone by retention.'
              : `There is no consumer "${parked.consumer}" any more.`,
          );
        }
        await tx.delete(ParkedEventEntity, { id });
        await consumer.handleParked(event, tx).catch((error: unknown) => {
          failure = causeOf(error);
          throw error;
        });
      });
    } catch (error) {
      if (failure === undefined) throw error;
      const text = messageOf(failure);
      await this.repository.query(
        'UPDATE parked_event SET attempts = attempts + 1, error = $2 WHERE id = $1',
        [id, text],
      );
      throw parkedEventFailedAgain(text, { cause: failure });
    }
  }

  /** Waits for a batch and for a retry that are under way; after the latter it finds the event gone. */
  private async lockWithCursor(tx: EntityManager, id: string): Promise<ParkedEventEntity> {
    // In the order in which the consumer itself locks them, when it parks an event.
    await tx.query(
      `SELECT FROM event_cursor WHERE consumer = (SELECT consumer FROM parked_event WHERE id = $1) FOR UPDATE`,
      [id],
    );
    const parked = await tx.findOne(ParkedEventEntity, {
      where: { id },
      lock: { mode: 'pessimistic_write' },
    });
    if (!parked) throw noSuchParkedEvent(`No event is parked under the id ${id}.`);
    return parked;
  }

  private async eventAt(tx: EntityManager, position: number): Promise<DomainEvent | undefined> {
    const [event] = await this.log.read(tx, position - 1, 1);
    return event?.position === position ? event : undefined;
  }
}
