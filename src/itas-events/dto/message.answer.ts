import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ItasDocumentStyle, ItasParameters } from '../../events/itas.events';
import type { MessageEntity, MessageSource } from '../message.entity';
import { DOCUMENT_STYLES } from './accounting-document.message';

/** A message of ITAS, in our words. */
export class MessageAnswer {
  @ApiProperty({ format: 'uuid', example: 'd6c94090-97b4-ea11-845d-20677cddb4f2' })
  readonly messageId: string;

  @ApiProperty({ description: 'Number of the topic as it is called now', example: '3-10' })
  readonly topic: string;

  @ApiPropertyOptional({
    description: 'Number of the topic before it was redirected, where that can be told',
    example: '2-13',
  })
  readonly originTopic?: string;

  @ApiProperty({ description: 'False: the interface document says nothing of this topic', example: true })
  readonly topicKnown: boolean;

  @ApiProperty({ description: 'Template', example: 'TID-014' })
  readonly tid: string;

  @ApiProperty({ example: 'GF' })
  readonly companyCode: string;

  @ApiProperty({ description: 'Its type at ITAS', example: '{ITASMessage}' })
  readonly messageType: string;

  @ApiProperty({ example: 'qa' })
  readonly tradingEntity: string;

  @ApiProperty({ format: 'date-time', description: 'When ITAS put it into the mailbox' })
  readonly enqueuedAt: string;

  @ApiProperty({ format: 'date-time', description: 'When it was stored here' })
  readonly receivedAt: string;

  @ApiProperty({ enum: ['mailbox', 'push'], description: 'How it came' })
  readonly source: MessageSource;

  @ApiPropertyOptional({ description: 'TID-010, TID-014', example: 'C-10023' })
  readonly entityId?: string;

  @ApiPropertyOptional({ description: 'TID-010, TID-014', example: 'contract' })
  readonly entityType?: string;

  @ApiPropertyOptional({ description: 'TID-014', example: 'FREEZE' })
  readonly eventType?: string;

  @ApiPropertyOptional({ description: 'TID-002', example: 'Month end' })
  readonly title?: string;

  @ApiPropertyOptional({ description: 'TID-002', example: 'The books of July are closed.' })
  readonly message?: string;

  @ApiPropertyOptional({ description: 'TID-002', example: 'HIVE\\aroha' })
  readonly submittedBy?: string;

  @ApiPropertyOptional({ description: 'TID-013', example: 'INV-20871' })
  readonly documentReference?: string;

  @ApiPropertyOptional({ description: 'TID-013', format: 'date', example: '2026-08-04' })
  readonly documentDate?: string;

  @ApiPropertyOptional({ description: 'TID-013', example: 'SINV' })
  readonly documentType?: string;

  @ApiPropertyOptional({ description: 'TID-013', enum: DOCUMENT_STYLES })
  readonly style?: ItasDocumentStyle;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The documented parameters of the topic, by their names in lower case',
    example: { freezedate: { kind: 'month', month: '2026-08' } },
  })
  readonly parameters: ItasParameters;

  constructor({ data: { innerBody: _inner, ...facts }, receivedAt, source }: MessageEntity) {
    Object.assign(this, facts);
    this.receivedAt = receivedAt.toISOString();
    this.source = source;
  }
}

/** A message of ITAS with all that is kept of it. */
export class FullMessageAnswer extends MessageAnswer {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: '`InnerBody` as it came, with what is not documented',
  })
  readonly innerBody: Record<string, unknown>;

  @ApiProperty({ description: 'Of the request that brought it, or of the poll', example: 'tx-1' })
  readonly transactionId: string;

  @ApiProperty({
    description:
      'It had characters that a database can not hold; they are U+FFFD everywhere but in `original`',
  })
  readonly repaired: boolean;

  @ApiProperty({ description: 'The message as it came, character by character' })
  readonly original: string;

  constructor(message: MessageEntity) {
    super(message);
    this.innerBody = message.data.innerBody;
    this.transactionId = message.transactionId;
    this.repaired = message.repaired;
    this.original = message.body.toString();
  }
}

export class MessagePage {
  @ApiProperty({ type: [MessageAnswer] })
  items: MessageAnswer[];

  @ApiPropertyOptional({ description: 'Send it as `cursor` for the next page; absent on the last' })
  nextCursor?: string;
}
