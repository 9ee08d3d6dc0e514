import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { type DeadLetterEntity, DEAD_LETTER_STATES, type DeadLetterState } from '../dead-letter.entity';
import type { MessageSource } from '../message.entity';

/** A message of ITAS that could not be taken in. */
export class DeadLetterAnswer {
  @ApiProperty({ example: '1' })
  readonly id: string;

  @ApiProperty({ format: 'uuid', example: 'd6c94090-97b4-ea11-845d-20677cddb4f2' })
  readonly messageId: string;

  @ApiProperty({ enum: ['mailbox', 'push'], description: 'How it came' })
  readonly source: MessageSource;

  @ApiProperty({
    description: 'Why the last attempt failed',
    example: '/MessageBody/TID must be one of TID-002, TID-010, TID-013, TID-014, TID-018',
  })
  readonly error: string;

  @ApiProperty({ description: 'Attempts so far', example: 1 })
  readonly attempts: number;

  @ApiProperty({
    enum: DEAD_LETTER_STATES,
    description: 'open: waits for a person; taken-in: it could be stored after all',
  })
  readonly state: DeadLetterState;

  @ApiProperty({ description: 'Of the request that brought it, or of the poll', example: 'tx-1' })
  readonly transactionId: string;

  @ApiProperty({ format: 'date-time' })
  readonly createdAt: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'When it was taken in or discarded' })
  readonly closedAt?: string;

  @ApiPropertyOptional({ description: 'The client that did so', example: 'noc' })
  readonly closedBy?: string;

  @ApiPropertyOptional({ description: 'Why it was discarded', example: 'A test of the vendor' })
  readonly reason?: string;

  constructor(letter: DeadLetterEntity) {
    const { id, messageId, source, error, attempts, state, transactionId } = letter;
    Object.assign(this, { id, messageId, source, error, attempts, state, transactionId });
    this.createdAt = letter.createdAt.toISOString();
    if (letter.closedAt) this.closedAt = letter.closedAt.toISOString();
    if (letter.closedBy !== null) this.closedBy = letter.closedBy;
    if (letter.reason !== null) this.reason = letter.reason;
  }
}

/** The same with what came. */
export class FullDeadLetterAnswer extends DeadLetterAnswer {
  @ApiProperty({ description: 'The message as it came, character by character' })
  readonly original: string;

  constructor(letter: DeadLetterEntity) {
    super(letter);
    this.original = letter.body.toString();
  }
}

export class DeadLetterPage {
  @ApiProperty({ type: [DeadLetterAnswer] })
  items: DeadLetterAnswer[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last' })
  nextCursor?: string;
}
