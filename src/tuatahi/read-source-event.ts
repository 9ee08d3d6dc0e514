import { createHash } from 'node:crypto';
import type { NewEvent } from '../events/domain-event';
import { toStorable } from '../events/storable';
import { canonicalJson } from '../fields/canonical-json';
import { check } from '../fields/check';
import type { Class } from '../fields/field-table';
import { firstFaults } from '../fields/first-faults';
import type { InvalidField } from '../fields/invalid-field';
import { findTooDeep, MAX_DEPTH } from '../fields/json-depth';
import { isJsonObject, type JsonObject } from '../fields/json-object';
import { pointerStep } from '../fields/json-pointer';
import { PublishEvent } from './dto/publish-event.request';
import { invalidMembers } from './invalid-members';
import type { SourceDomainType } from './source-event-type';
import { SOURCE_EVENT_TYPES } from './source-event-types';

/** An event as it enters. */
export interface SourceEvent {
  /** In lower case. */
  readonly id: string;
  /** SHA-256 over its JSON with sorted members: the same event sent again has the same. */
  readonly hash: Buffer;
  readonly event: Omit<NewEvent<SourceDomainType>, 'correlationId'>;
}

/** @throws invalidInput with a pointer to each member that is not as it should be */
export function readSourceEvent(body: unknown): SourceEvent {
  if (!isJsonObject(body))
    throw invalidMembers([{ pointer: '', detail: 'must be an object', keyword: 'object' }]);
  const tooDeep = findTooDeep(body);
  if (tooDeep !== undefined) {
    const detail = `lies deeper than ${MAX_DEPTH} levels`;
    throw invalidMembers([{ pointer: tooDeep, detail, keyword: 'depth' }]);
  }
  const errors = check(PublishEvent, body);
  if (errors.length > 0) throw invalidMembers(errors);
  const published = body as object as PublishEvent;
  const type = SOURCE_EVENT_TYPES.find(({ name }) => name === published.eventType);
  if (!type) {
    const detail = `must be one of ${SOURCE_EVENT_TYPES.map(({ name }) => name).join(', ')}`;
    throw invalidMembers([{ pointer: '/eventType', detail, keyword: 'choice' }]);
  }
  const faults = firstFaults(inMessage(type.message, published.message));
  if (faults.length > 0) throw invalidMembers(faults);

  const {
    id: givenId,
    eventType,
    eventTimestamp,
    message,
    payload,
    partyIds,
    subject,
  } = toStorable(published).value;
  const id = givenId.toLowerCase();
  return {
    id,
    hash: createHash('sha256')
      .update(canonicalJson({ ...body, id }))
      .digest(),
    event: {
      type: type.domainType,
      source: '/tuatahi',
      subject: subject ?? id,
      partyIds: [...new Set(partyIds)],
      data: { id, eventType, eventTimestamp, message, payload },
    },
  };
}

function* inMessage(type: Class, message: JsonObject): Generator<InvalidField> {
  const told = new Set<string>();
  for (const { pointer, ...rest } of check(type, message)) {
    told.add(pointer);
    yield { pointer: `/message${pointer}`, ...rest };
  }
  const detail = 'must be text, a number or a boolean: the message is flat';
  for (const [name, value] of Object.entries(message)) {
    const pointer = pointerStep(name);
    if (typeof value !== 'object' || value === null || told.has(pointer)) continue;
    yield { pointer: `/message${pointer}`, detail, keyword: 'flat' };
  }
}
