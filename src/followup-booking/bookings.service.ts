import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { storableText } from '../events/storable';
import { isInstant, isStorable, type Page, readCursor, toPage } from '../http/page';
import { parseJson } from '../http/parse-json';
import { BookingEntity } from './booking.entity';
import { BookingAnswer } from './dto/booking.answer';
import type { BookingQuery } from './dto/booking.query';
import { unknownBooking } from './followup-booking.problems';
import { PartOrders } from './part-orders';

/** Reads what is booked. */
@Injectable()
export class Bookings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly partOrders: PartOrders,
  ) {}

  /** In the order of their times. */
  async list(asked: BookingQuery): Promise<Page<BookingEntity>> {
    const { limit, cursor } = asked;
    const query = this.dataSource.manager
      .createQueryBuilder(BookingEntity, 'b')
      .orderBy('b.start', 'ASC')
      .addOrderBy('b.orderNum', 'ASC');
    if (asked.status) query.andWhere('b.status = :status', { status: asked.status });
    if (asked.serviceAreaId !== undefined) {
      query.andWhere('b.serviceAreaId = :area', { area: storableText(asked.serviceAreaId) });
    }
    if (asked.originalOrderNum !== undefined) {
      query.andWhere('b.originalOrderNum = :order', { order: storableText(asked.originalOrderNum) });
    }
    if (asked.from) query.andWhere('b.start >= :from', { from: asked.from });
    if (asked.to) query.andWhere('b.start < :to', { to: asked.to });
    if (cursor) {
      const [start, orderNum] = readCursor(cursor, isInstant, isStorable);
      query.andWhere('(b.start, b.orderNum) > (:start, :orderNum)', { start, orderNum });
    }
    const rows = await query.take(limit + 1).getMany();
    return toPage(rows, limit, (row) => [row.start.toISOString(), row.orderNum]);
  }

  /** @throws unknownBooking */
  async get(orderNum: string): Promise<BookingAnswer> {
    const { manager } = this.dataSource;
    const booking = await manager
      .createQueryBuilder(BookingEntity, 'b')
      .addSelect('b.body')
      .where({ orderNum: storableText(orderNum) })
      .getOne();
    if (!booking) throw unknownBooking(`No booking is kept under the number ${orderNum}.`);
    return new BookingAnswer(
      booking,
      await this.partOrders.of(manager, booking.orderNum),
      parseJson(booking.body) as Record<string, unknown>,
    );
  }
}
