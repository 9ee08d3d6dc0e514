import type { ItasDocumentStyle } from '../../events/itas.events';
import { Choice, Constant } from '../../fields/choice';
import { CompactDate } from '../../fields/compact-date';
import { Identifier } from '../../fields/identifier';
import { Nested } from '../../fields/nested';
import { InnerBody } from './inner-body';
import { MessageEnvelope } from './message-envelope';

export const DOCUMENT_STYLES: readonly ItasDocumentStyle[] = [
  'purchase',
  'sales',
  'payable',
  'receivable',
  'buy',
  'sell',
  'temporaryadjustment',
  'journal',
];

class AccountingDocumentInnerBody extends InnerBody {
  @Identifier({ max: 200, description: 'Reference of the document at ITAS', example: 'INV-20871' })
  DocumentReference: string;

  @CompactDate({ description: 'Day of the document' })
  DocumentDate: string;

  @Identifier({ max: 100, description: 'Mapping code', example: 'SINV' })
  DocumentType: string;

  @Choice(DOCUMENT_STYLES, { description: 'Style of the document', example: 'sales' })
  Style: ItasDocumentStyle;
}

class AccountingDocumentBody {
  @Constant('TID-013', { description: 'Template' })
  TID: 'TID-013';

  @Nested(() => AccountingDocumentInnerBody)
  InnerBody: AccountingDocumentInnerBody;
}

/** TID-013: a notification about an accounting document. */
export class AccountingDocumentMessage extends MessageEnvelope {
  @Nested(() => AccountingDocumentBody)
  MessageBody: AccountingDocumentBody;
}
