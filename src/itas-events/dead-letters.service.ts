import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, LessThan, Repository } from 'typeorm';
import type { Caller } from '../auth/caller';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { isDatabaseAway } from '../database/is-database-away';
import { storableText } from '../events/storable';
import { isId, type Page, readCursor, toPage } from '../http/page';
import { Problem } from '../problems/problem';
import { shortError } from './dead-letter-store';
import { DeadLetterEntity } from './dead-letter.entity';
import type { DeadLetterQuery } from './dto/dead-letter.query';
import type { Receipt } from './dto/receipt.answer';
import { InvalidMessage } from './invalid-message';
import { deadLetterClosed, deadLetterFailedAgain, messageIdTaken, unknownDeadLetter } from './itas.problems';
import { MessageStore } from './message-store';
import { receiveMessageOf, type ReceivedMessage } from './receive-message';
import { idTaken, refusalOf } from './refusal';

/** Who deals with a dead letter, and in which transaction. */
interface By {
  readonly caller: Caller;
  readonly transactionId: string;
}

/** The messages that could not be taken in: to be looked at, and tried again or discarded. */
@Injectable()
export class DeadLetters {
  constructor(
    @InjectRepository(DeadLetterEntity) private readonly repository: Repository<DeadLetterEntity>,
    private readonly dataSource: DataSource,
    private readonly store: MessageStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Newest first. */
  async list({ state, limit, cursor }: DeadLetterQuery): Promise<Page<DeadLetterEntity>> {
    const before = cursor === undefined ? undefined : readCursor(cursor, isId)[0];
    const items = await this.repository.find({
      where: { ...(state && { state }), ...(before !== undefined && { id: LessThan(before) }) },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    return toPage(items, limit, ({ id }) => [id]);
  }

  /** @throws unknownDeadLetter */
  async get(id: string): Promise<DeadLetterEntity> {
    const found = await this.repository.findOneBy({ id });
    if (!found) throw unknown(id);
    return found;
  }

  /**
   * Takes it in now, as it came or as it was corrected, in one transaction with closing it.
   * @param corrected the whole message in the place of the one that is kept; absent: the one that is kept
   * @throws unknownDeadLetter, deadLetterClosed, deadLetterFailedAgain, messageIdTaken, and what a corrected
   * message is refused for
   */
  async retry(id: string, corrected: Buffer | undefined, by: By): Promise<Receipt> {
    try {
      return await this.dataSource.transaction((tx) => this.takeIn(tx, id, corrected, by));
    } catch (error) {
      if (error instanceof Problem || isDatabaseAway(error)) throw error;
      const text = shortError(error instanceof Error ? error.message : String(error));
      await this.repository.query(
        'UPDATE itas_dead_letter SET attempts = attempts + 1, error = $2 WHERE id = $1',
        [id, text],
      );
      const errors = error instanceof InvalidMessage ? error.invalid : undefined;
      throw deadLetterFailedAgain(text, { cause: error, ...(errors && { errors }) });
    }
  }

  /** @throws unknownDeadLetter, deadLetterClosed */
  async discard(id: string, reason: string, { caller }: By): Promise<DeadLetterEntity> {
    return this.dataSource.transaction(async (tx) => {
      const letter = await this.lockOpen(tx, id);
      Object.assign(letter, { state: 'discarded', reason: storableText(reason), ...closing(caller) });
      return tx.save(letter);
    });
  }

  private async takeIn(
    tx: EntityManager,
    id: string,
    corrected: Buffer | undefined,
    { caller, transactionId }: By,
  ): Promise<Receipt> {
    const letter = await this.lockOpen(tx, id);
    const message = corrected
      ? this.readCorrected(corrected, letter)
      : receiveMessageOf(letter.messageId, letter.body, this.config.itas.timezone);
    await tx.update(DeadLetterEntity, { id }, { state: 'taken-in', ...closing(caller) });
    const { messageId, source } = letter;
    const outcome = await this.store.store(message, { source, transactionId }, tx);
    if (outcome === 'conflict') throw messageIdTaken(idTaken(messageId));
    return { messageId, status: outcome };
  }

  private readCorrected(corrected: Buffer, { messageId }: DeadLetterEntity): ReceivedMessage {
    try {
      return receiveMessageOf(messageId, corrected, this.config.itas.timezone);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Waits for who is dealing with it right now, and then finds it closed. */
  private async lockOpen(tx: EntityManager, id: string): Promise<DeadLetterEntity> {
    const letter = await tx.findOne(DeadLetterEntity, {
      where: { id },
      lock: { mode: 'pessimistic_write' },
    });
    if (!letter) throw unknown(id);
    if (letter.state !== 'open') {
      throw deadLetterClosed(`The dead letter ${id} is ${letter.state} already.`);
    }
    return letter;
  }
}

function closing({ clientId }: Caller): Pick<DeadLetterEntity, 'closedAt' | 'closedBy'> {
  return { closedAt: new Date(), closedBy: storableText(clientId) };
}

function unknown(id: string): Error {
  return unknownDeadLetter(`There is no dead letter with the id ${id}.`);
}
