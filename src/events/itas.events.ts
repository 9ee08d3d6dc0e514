/** What a freeze is of: one day, or a whole month (`yyyymm32` at ITAS). */
export type ItasFreezeDate =
  | { readonly kind: 'day'; /** `yyyy-mm-dd` */ readonly date: string }
  | { readonly kind: 'month'; /** `yyyy-mm` */ readonly month: string };

/** The documented parameters of a topic, by their names in lower case. Which are there depends on the topic. */
export interface ItasParameters {
  readonly freezedate?: ItasFreezeDate;
  readonly docname?: string;
  readonly doctype?: string;
  readonly docdescription?: string;
  readonly contractlist?: string;
  readonly submittedby?: string;
  readonly docindexid?: string;
  readonly action?: 'Added' | 'Updated' | 'Deleted';
  readonly actionstatus?: 'OK' | 'Aborted' | 'Failed';
  readonly actionresponse?: string;
  readonly date?: ItasFreezeDate;
  readonly keepdays?: number;
  readonly keepfridays?: number;
}

/** What all messages of ITAS have in common. */
interface ItasMessageData {
  /** UUID in lower case. */
  messageId: string;
  /** As it is called now: one that was redirected has its new number. */
  topic: string;
  /** Its number before it was redirected, where that can be told. */
  originTopic?: string;
  /** False: the interface document says nothing of this topic. */
  topicKnown: boolean;
  /** Template: `TID-002`. */
  tid: string;
  companyCode: string;
  messageType: string;
  tradingEntity: string;
  /** RFC 3339, UTC. */
  enqueuedAt: string;
  parameters: ItasParameters;
  /** `InnerBody` as it came, with what is not documented. */
  innerBody: Record<string, unknown>;
}

interface ItasEntityData extends ItasMessageData {
  entityId: string;
  /** An open list: contract, client, wip, docref, … */
  entityType: string;
}

export type ItasDocumentStyle =
  'purchase' | 'sales' | 'payable' | 'receivable' | 'buy' | 'sell' | 'temporaryadjustment' | 'journal';

/** The events that the `itas-events` module states. */
export interface ItasEvents {
  'itas.notice.received': ItasMessageData & { title: string; message: string; submittedBy?: string };
  'itas.entity.changed': ItasEntityData;
  'itas.accounting-document.changed': ItasMessageData & {
    documentReference: string;
    /** `yyyy-mm-dd` */
    documentDate: string;
    documentType: string;
    style: ItasDocumentStyle;
  };
  'itas.operation.performed': ItasEntityData & { eventType: string };
  'itas.process.requested': ItasMessageData;
  /** It could not be understood, or could not be stored; it is kept and waits for a person. */
  'itas.message.dead-lettered': {
    deadLetterId: string;
    messageId: string;
    source: 'mailbox' | 'push';
    error: string;
    /** How often it was tried. */
    attempts: number;
  };
}

/** The events that messages become, one for one. */
export type ItasMessageEventType = Exclude<keyof ItasEvents, 'itas.message.dead-lettered'>;
