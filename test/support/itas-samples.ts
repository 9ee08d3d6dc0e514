import type { Tid } from '../../src/itas-events/templates';

/**
 * The samples of the interface document ("Primary Templates"), character by character, but for the no-break spaces
 * of its web page. None of them is JSON.
 */
export const SAMPLES: Readonly<Record<Tid, string>> = {
  'TID-002': String.raw`{
  "MessageId":"d6c94090-97b4-ea11-845d-20677cddb4f2",
  "LockId":"d9c94090-97b4-ea11-845d-20677cddb4f2",
  "Topic":"2-nnn",
  "CompanyCode":"GF",
  "MessageType":"{ITASMessage}",
  "MessageBody":
  {
    "TID":"TID-002",
    "InnerBody":
    {
      "TradingEntity":"qa",
      "Title":"Message Title",
      "Message":"Message Content",
      "SubmittedBy":"Domain\Username",
      "AdditionalParameters":
      [
        {
          "Key":"parameter1",
          "Value":"ONE"
        },
        {
          "Key":"parameter2",
          "Value":"TWO"
        }
      ],
    }
  },
  "EnqueueTime":"yyyy-mm-ddThh:nn:ss.mm",
  "ServiceResult":null
}`,
  'TID-010': String.raw`{
  "MessageId":"d6c94090-97b4-ea11-845d-20677cddb4f2",
  "LockId":"d9c94090-97b4-ea11-845d-20677cddb4f2",
  "Topic":"2-nnn",
  "CompanyCode":"GF",
  "MessageType":"{ITASMessage}",
  "MessageBody":
  {
    "TID":"TID-010",
    "InnerBody":
    {
      "TradingEntity":"qa",
      "EntityID":"identity of contract, future etc",
      "EntityType":"contract|client|wip|docref|...",
      "AdditionalParameters":
      [
        {
          "Key":"parameter1",
          "Value":"ONE"
        },
        {
          "Key":"parameter2",
          "Value":"TWO"
        }
      ],
    }
  },
  "EnqueueTime":"yyyy-mm-ddThh:nn:ss.mm",
  "ServiceResult":null
}`,
  'TID-013': String.raw`{
  "MessageId":"d6c94090-97b4-ea11-845d-20677cddb4f2",
  "LockId":"d9c94090-97b4-ea11-845d-20677cddb4f2",
  "Topic":"3-8",
  "CompanyCode":"GF",
  "MessageType":"{ITASMessage}",
  "MessageBody":
  {
    "TID":"TID-013",
    "InnerBody":
    {
      "TradingEntity":"qa",
      "DocumentReference":"itas docref",
      "DocumentDate":"yyyymmnn",
      "DocumentType":"mapping code",
      "Style":"purchase|sales|payable|receivable|buy|sell|temporaryadjustment|journal",
    }
  },
  "EnqueueTime":"yyyy-mm-ddThh:nn:ss.mm",
  "ServiceResult":null
}`,
  'TID-014': String.raw`{
  "MessageId":"d6c94090-97b4-ea11-845d-20677cddb4f2",
  "LockId":"d9c94090-97b4-ea11-845d-20677cddb4f2",
  "Topic":"3-10",
  "CompanyCode":"GF",
  "MessageType":"{ITASMessage}",
  "MessageBody":
  {
    "TID":"TID-014",
    "InnerBody":
    {
      "TradingEntity":"qa",
      "EntityID":"identity of contract, future etc",
      "EntityType":"contract|client|wip|docref|...",
      "EventType":"mapping code",
      "AdditionalParameters":
      [
        {
          "Key":"parameter1",
          "Value":"ONE"
        },
        {
          "Key":"parameter2",
          "Value":"TWO"
        }
      ],
    }
  },
  "EnqueueTime":"yyyy-mm-ddThh:nn:ss.mm",
  "ServiceResult":null
}`,
  'TID-018': String.raw`{
  "MessageId":"d6c94090-97b4-ea11-845d-20677cddb4f2",
  "LockId":"d9c94090-97b4-ea11-845d-20677cddb4f2",
  "Topic":"3-nnn",
  "CompanyCode":"GF",
  "MessageType":"{ITASMessage}",
  "MessageBody":
  {
    "TID":"TID-018",
    "InnerBody":
    {
      "TradingEntity":"qa",
      "AdditionalParameters":
      [
        {
          "Key":"parameter1",
          "Value":"ONE"
        },
        {
          "Key":"parameter2",
          "Value":"TWO"
        }
      ],
    }
  },
  "EnqueueTime":"yyyy-mm-ddThh:nn:ss.mm",
  "ServiceResult":null
}`,
};

/** What a placeholder of the samples stands for. */
const PLACEHOLDERS: readonly (readonly [RegExp, string])[] = [
  [/,(?=\s*\})/g, ''], // trailing commas
  [/Domain\\Username/, String.raw`Domain\\Username`],
  [/"([23])-nnn"/, '"$1-999"'],
  [/yyyy-mm-ddThh:nn:ss\.mm/, '2026-08-04T09:15:00.12'],
  [/yyyymmnn/, '20260804'],
  [/purchase\|.*(?=")/, 'temporaryadjustment'],
];

/** A sample as it must have been meant: JSON with values in the place of placeholders. */
export function correctedSample(tid: Tid): string {
  return PLACEHOLDERS.reduce((text, [wrong, right]) => text.replace(wrong, right), SAMPLES[tid]);
}
