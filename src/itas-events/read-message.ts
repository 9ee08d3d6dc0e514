import type { NewEvent } from '../events/domain-event';
import type { ItasMessageEventType } from '../events/itas.events';
import { check } from '../fields/check';
import { openEnvelope } from '../fields/open-envelope';
import type { InnerBody } from './dto/inner-body';
import { UnopenedMessage } from './dto/message-envelope';
import { readEnqueueTime } from './enqueue-time';
import { InvalidMessage, UnknownTemplate } from './invalid-message';
import { readParameters } from './read-parameters';
import { resolveTopic } from './resolve-topic';
import { isTid, TEMPLATES, type Tid } from './templates';

/** A message that was understood, as the domain event that it becomes. */
export type ReadMessage = Pick<NewEvent<ItasMessageEventType>, 'type' | 'subject' | 'data'>;

const PARAMETERS = '/MessageBody/InnerBody/AdditionalParameters';

/**
 * Reads a message of ITAS in three stages: the envelope, the inside by the class of its template, the additional
 * parameters by its topic.
 * @param zone IANA name of the zone of `EnqueueTime`
 * @throws InvalidMessage, UnknownTemplate and nothing else, whatever JSON it is given
 */
export function readMessage(body: unknown, zone: string): ReadMessage {
  const envelope = openEnvelope(UnopenedMessage, body, {
    envelope: InvalidMessage,
    content: InvalidMessage,
  });
  const messageId = envelope.MessageId.toLowerCase();
  const tid = templateOf(envelope, messageId);
  const { message, event, facts, subject } = TEMPLATES[tid];
  refuseIfAny(check(message, envelope));
  const inner = envelope.MessageBody.InnerBody as object as InnerBody;
  const given = inner.AdditionalParameters ?? [];
  const { topic, originTopic, known, documented } = resolveTopic(envelope.Topic, given);
  const { parameters, invalid } = readParameters(documented, given, PARAMETERS);
  refuseIfAny(invalid);
  const data = {
    messageId,
    topic,
    ...(originTopic !== undefined && { originTopic }),
    topicKnown: known,
    tid,
    companyCode: envelope.CompanyCode,
    messageType: envelope.MessageType,
    tradingEntity: inner.TradingEntity,
    enqueuedAt: readEnqueueTime(envelope.EnqueueTime, zone).toISOString(),
    ...facts(inner),
    parameters,
    innerBody: envelope.MessageBody.InnerBody,
  };
  return { type: event, subject: subject?.(inner) ?? messageId, data };
}

function templateOf({ MessageBody: { TID } }: UnopenedMessage, messageId: string): Tid {
  if (isTid(TID)) return TID;
  throw new UnknownTemplate(messageId, Object.keys(TEMPLATES));
}

function refuseIfAny(invalid: InvalidMessage['invalid']): void {
  if (invalid.length > 0) throw new InvalidMessage(invalid);
}
