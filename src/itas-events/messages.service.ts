import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import { prefixesOf } from '../database/text-search';
import { storableText } from '../events/storable';
import { isUuid } from '../fields/uuid';
import { isInstant, type Page, readCursor, toPage } from '../http/page';
import type { MessageQuery } from './dto/message.query';
import { unknownMessage } from './itas.problems';
import { MessageEntity } from './message.entity';
import { topicOf } from './topics';

/** Reads the messages that were taken in. */
@Injectable()
export class Messages {
  constructor(@InjectRepository(MessageEntity) private readonly repository: Repository<MessageEntity>) {}

  /** The newest first, by the clock of ITAS. */
  async list(query: MessageQuery): Promise<Page<MessageEntity>> {
    const { limit, cursor } = query;
    const found = this.repository
      .createQueryBuilder('m')
      .orderBy('m.enqueuedAt', 'DESC')
      .addOrderBy('m.messageId', 'DESC');
    narrow(found, query);
    if (cursor) {
      const [enqueuedAt, messageId] = readCursor(cursor, isInstant, isUuid);
      found.andWhere('(m.enqueuedAt, m.messageId) < (:enqueuedAt, :messageId)', { enqueuedAt, messageId });
    }
    const rows = await found.take(limit + 1).getMany();
    return toPage(rows, limit, (row) => [row.enqueuedAt.toISOString(), row.messageId]);
  }

  /** @throws unknownMessage */
  async get(messageId: string): Promise<MessageEntity> {
    const found = await this.repository.findOneBy({ messageId });
    if (!found) throw unknownMessage(`No message with the id ${messageId} has come.`);
    return found;
  }
}

function narrow(found: SelectQueryBuilder<MessageEntity>, query: MessageQuery): void {
  const { topic, from, to, q } = query;
  if (topic) {
    // What is known of the number that a redirected topic had before is the origin of its messages.
    const column = topicOf(topic)?.redirectedTo === undefined ? 'topic' : 'originTopic';
    found.andWhere(`m.${column} = :topic`, { topic });
  }
  for (const column of ['tid', 'entityId', 'entityType', 'companyCode'] as const) {
    const value = query[column];
    if (value) found.andWhere(`m.${column} = :${column}`, { [column]: storableText(value) });
  }
  if (from) found.andWhere('m.enqueuedAt >= :from', { from });
  if (to) found.andWhere('m.enqueuedAt < :to', { to });
  if (q) found.andWhere(`m.search @@ to_tsquery('simple', :words)`, { words: prefixesOf(storableText(q)) });
}
