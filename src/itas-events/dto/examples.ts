import type { Tid } from '../templates';

interface Example {
  readonly topic: string;
  readonly inner: Readonly<Record<string, unknown>>;
  readonly parameters?: Readonly<Record<string, string>>;
}

const EXAMPLES: Readonly<Record<Tid, Example>> = {
  'TID-002': {
    topic: '2-500',
    inner: {
      Title: 'Month end',
      Message: 'The books of July are closed.',
      SubmittedBy: 'HIVE\\aroha',
    },
  },
  'TID-010': {
    topic: '6-21',
    inner: { EntityID: 'C-10023', EntityType: 'contract' },
    parameters: {
      docname: 'C-10023 signed.pdf',
      doctype: 'Contract',
      docindexid: '88121',
      action: 'Added',
      actionstatus: 'OK',
      actionresponse: 'The document was added.',
    },
  },
  'TID-013': {
    topic: '3-8',
    inner: {
      DocumentReference: 'INV-20871',
      DocumentDate: '20260804',
      DocumentType: 'SINV',
      Style: 'sales',
    },
  },
  'TID-014': {
    topic: '2-13',
    inner: { EntityID: 'F-2026-08', EntityType: 'freeze', EventType: 'FREEZE' },
    parameters: { freezedate: '20260832' },
  },
  'TID-018': {
    topic: '3-300',
    inner: {},
    parameters: { DATE: '20260804', KEEPDAYS: '30', KEEPFRIDAYS: '12' },
  },
};

/** A message of this template as ITAS sends it, complete and valid. */
export function exampleOf(tid: Tid, messageId = 'd6c94090-97b4-ea11-845d-20677cddb4f2') {
  const { topic, inner, parameters } = EXAMPLES[tid];
  return {
    MessageId: messageId,
    LockId: 'd9c94090-97b4-ea11-845d-20677cddb4f2',
    Topic: topic,
    CompanyCode: 'GF',
    MessageType: '{ITASMessage}',
    MessageBody: {
      TID: tid,
      InnerBody: {
        TradingEntity: 'qa',
        ...inner,
        ...(parameters && {
          AdditionalParameters: Object.entries(parameters).map(([Key, Value]) => ({ Key, Value })),
        }),
      },
    },
    EnqueueTime: '2026-08-04T09:15:00.12',
    ServiceResult: null,
  };
}
