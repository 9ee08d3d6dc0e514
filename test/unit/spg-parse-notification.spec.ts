import 'reflect-metadata';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ApiBody,
  ApiExtraModels,
  DocumentBuilder,
  getSchemaPath,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import fc from 'fast-check';
import type { Class } from '../../src/fields/field-table';
import type { InvalidField } from '../../src/fields/invalid-field';
import { satisfies } from '../../src/fields/satisfies';
import { findInvalid, toInstance } from '../support/by-class-validator';
import { exampleOf, LIFE_OF_A_WORK_ORDER } from '../../src/spg/dto/examples';
import { InvalidContent, InvalidEnvelope } from '../../src/spg/invalid-notification';
import { NOTIFICATION_TYPES, type NotificationType } from '../../src/spg/notification-types';
import { parseNotification } from '../../src/spg/parse-notification';

type Json = Record<string, unknown>;

const TYPES = Object.keys(NOTIFICATION_TYPES) as NotificationType[];
const anyType = fc.constantFrom(...TYPES);

/** An example as it comes over the wire. */
function received(type: NotificationType): Json {
  return JSON.parse(JSON.stringify(exampleOf(type))) as Json;
}

/** Puts a value at a JSON pointer, or takes the member away when the value is undefined. */
function put(body: Json, pointer: string, value: unknown): Json {
  const steps = pointer.split('/').slice(1);
  const last = steps.pop()!;
  const parent = steps.reduce<Json>((place, step) => place[step] as Json, body);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return body;
}

/** Pointers of all members of a value. */
function pointersOf(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    `${pointer}/${key}`,
    ...pointersOf(member, `${pointer}/${key}`),
  ]);
}

/** What is refused; nothing but the two errors may ever be thrown. */
function refusalOf(body: unknown): InvalidEnvelope | InvalidContent | undefined {
  try {
    parseNotification(body);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidEnvelope || error instanceof InvalidContent) return error;
    throw error;
  }
}

function refusedAt(body: unknown, kind: typeof InvalidEnvelope | typeof InvalidContent): string[] {
  const refusal = refusalOf(body);
  expect(refusal).toBeInstanceOf(kind);
  return refusal!.invalid.map(({ pointer }) => pointer).toSorted();
}

/** The pointer leads to a member, or to where one is missing. */
function leadsSomewhere(body: unknown, { pointer }: InvalidField): boolean {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  steps.pop();
  const parent = steps.reduce<unknown>(
    (place, step) => (typeof place === 'object' && place !== null ? (place as Json)[step] : undefined),
    body,
  );
  return typeof parent === 'object' && parent !== null;
}

describe('a notification', () => {
  it.each(TYPES)('%s is read', (type) => {
    const body = received(type);
    expect(parseNotification(body)).toEqual({
      eventId: body['eventId'],
      eventTimestamp: body['eventTimestamp'],
      type,
      wonum: 'WO-1048576',
      message: body['message'],
      payload: body['payload'],
    });
  });

  it('has one of twelve types, each with a domain event of its own', () => {
    expect(TYPES).toHaveLength(12);
    expect(new Set(TYPES.map((type) => NOTIFICATION_TYPES[type].event)).size).toBe(12);
  });

  it('keeps members that we do not know, wherever they are', () => {
    const places = TYPES.flatMap((type) =>
      ['', ...pointersOf(received(type))]
        .filter((pointer) => pointer === '' || isObjectAt(received(type), pointer))
        .map((pointer) => ({ type, pointer })),
    );
    const unknown = fc.tuple(fc.constantFrom('x', '__proto__', 'constructor', 'a/b', ''), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...places), unknown, ({ type, pointer }, [name, value]) => {
        const json = JSON.stringify(received(type));
        const body = JSON.parse(json) as Json;
        const place = pointer === '' ? body : (at(body, pointer) as Json);
        Object.defineProperty(place, name, { value, enumerable: true, configurable: true, writable: true });
        const before = JSON.stringify(body);
        const { message, payload } = parseNotification(body);
        expect(message).toBe(body['message']);
        expect(payload).toBe(body['payload']);
        expect(JSON.stringify(body)).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it('may have null for what is optional', () => {
    const body = received('CreateWorkOrderNotify');
    for (const pointer of [
      '/message/taskid',
      '/message/summary',
      '/payload/workorder/priority',
      '/payload/workorder/fileAttachments',
      '/payload/workorder/site/locationId',
      '/payload/workorder/tasks/0/schedule',
      '/payload/workorder/contacts/0/email',
    ]) {
      put(body, pointer, null);
    }
    expect(refusalOf(body)).toBeUndefined();
  });

  it.each([
    ['7', '7'],
    ['007', '7'],
    ['0', '0'],
    ['0000000000000000000', '0'],
    ['9223372036854775807', '9223372036854775807'],
  ])('with eventId %s has the number %s', (eventId, canonical) => {
    expect(parseNotification({ ...received('AddTaskNotify'), eventId }).eventId).toBe(canonical);
  });

  it('may hold text that PostgreSQL can not', () => {
    const body = put(received('AddTaskNotify'), '/payload/workorder/tasks/0/description', 'a\u0000b\ud83d');
    expect(refusalOf(body)).toBeUndefined();
  });
});

describe('an envelope is refused', () => {
  it.each([null, undefined, 1, 'text', true, [], [received('AddTaskNotify')]])('when it is %p', (body) => {
    expect(refusedAt(body, InvalidEnvelope)).toEqual(['']);
  });

  it('with every member that it lacks', () => {
    expect(refusedAt({}, InvalidEnvelope)).toEqual([
      '/eventId',
      '/eventTimestamp',
      '/eventType',
      '/message',
      '/payload',
    ]);
  });

  it.each([
    ['/eventId', 90_210],
    ['/eventId', '-1'],
    ['/eventId', '9223372036854775808'],
    ['/eventTimestamp', '2026-02-30T00:00:00Z'],
    ['/eventTimestamp', '2026-08-03T21:15:00+12:00'],
    ['/eventType', 'ONTActivation'],
    ['/message', 'text'],
    ['/payload', []],
    ['/payload', null],
  ])('with %s = %j', (pointer, value) => {
    expect(refusedAt(put(received('AddTaskNotify'), pointer, value), InvalidEnvelope)).toEqual([pointer]);
  });
});

describe('the content is refused', () => {
  it.each([undefined, null, 'DeleteWorkOrderNotify', 'toString', '__proto__', 7, {}])(
    'with the type %p',
    (type) => {
      const body = put(received('AddTaskNotify'), '/payload/eventType', type);
      expect(refusedAt(body, InvalidContent)).toEqual(['/payload/eventType']);
    },
  );

  it('when message and payload speak of different types or work orders', () => {
    const body = received('CloseWorkOrderNotify');
    put(body, '/message/notificationType', 'CancelWorkOrderNotify');
    put(body, '/message/wonum', 'WO-2');
    expect(refusedAt(body, InvalidContent)).toEqual(['/message/notificationType', '/message/wonum']);
  });

  it.each<[NotificationType, string, unknown]>([
    ['CreateWorkOrderNotify', '/message', {}],
    ['CreateWorkOrderNotify', '/payload/workorder', undefined],
    ['CreateWorkOrderNotify', '/payload/workorder/wonum', null],
    ['CreateWorkOrderNotify', '/payload/workorder/priority', 5],
    ['CreateWorkOrderNotify', '/payload/workorder/site/address/city', undefined],
    ['CreateWorkOrderNotify', '/payload/workorder/contacts/1/role', 'NEIGHBOUR'],
    ['CreateWorkOrderNotify', '/payload/workorder/tasks', []],
    ['CreateWorkOrderNotify', '/payload/workorder/tasks/1', null],
    ['CreateWorkOrderNotify', '/payload/workorder/tasks/1/schedule/appointmentTime', '2026-02-30T08:00:00Z'],
    ['AddTaskNotify', '/payload/workorder/tasks/0/taskid', ''],
    ['CloseTaskNotify', '/payload/workorder/tasks/0/outcome', 'Done'],
    ['CloseTaskNotify', '/payload/workorder/tasks/0/closedDate', undefined],
    ['UpdateWorkOrderSupplementaryReferencesNotify', '/payload/workorder/supplementaryReferences', {}],
    ['UpdateWorkOrderAdditionalInfosNotify', '/payload/workorder/additionalInfos/0/text', ''],
    ['UpdateWorkOrderFileAttachmentsNotify', '/payload/workorder/fileAttachments/0/url', undefined],
    ['UpdateTaskAdditionalInfosNotify', '/payload/workorder/tasks/0/additionalInfos', undefined],
    ['UpdateTaskFileAttachmentsNotify', '/payload/workorder/tasks/0/fileAttachments/0/content', 'not base64'],
    ['PutOnHoldWorkOrderNotify', '/payload/workorder/hold/reasonCode', undefined],
    ['ResumeWorkOrderNotify', '/payload/workorder/resume', 'now'],
    ['CloseWorkOrderNotify', '/payload/workorder/closure/closedDate', 'today'],
    ['CancelWorkOrderNotify', '/payload/workorder/cancellation', null],
  ])('%s with %s = %j', (type, pointer, value) => {
    const refused = refusedAt(put(received(type), pointer, value), InvalidContent);
    expect(refused.every((place) => place === pointer || place.startsWith(`${pointer}/`))).toBe(true);
    expect(refused.length).toBeGreaterThan(0);
  });

  it('when a file has both its address and its bytes', () => {
    const body = received('UpdateWorkOrderFileAttachmentsNotify');
    put(body, '/payload/workorder/fileAttachments/0/content', 'QUJD');
    expect(refusedAt(body, InvalidContent)).toEqual(['/payload/workorder/fileAttachments/0/url']);
  });

  it('with every fault at once', () => {
    const body = received('AddTaskNotify');
    put(body, '/payload/eventDateTime', 'now');
    put(body, '/message/wonum', 'WO-2');
    put(body, '/payload/workorder/tasks/0/sequence', -1);
    expect(refusedAt(body, InvalidContent)).toEqual([
      '/message/wonum',
      '/payload/eventDateTime',
      '/payload/workorder/tasks/0/sequence',
    ]);
  });

  it('when it is nested deeper than 100 levels, at the place', () => {
    const body = received('AddTaskNotify');
    put(body, '/payload/extra', JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`));
    expect(refusedAt(body, InvalidContent)).toEqual([`/payload/extra${'/0'.repeat(98)}`]);
  });

  it('without showing what was in it', () => {
    const body = put(received('AddTaskNotify'), '/payload/workorder/tasks/0/sequence', 'secret');
    const refusal = refusalOf(body);
    expect(JSON.stringify([refusal?.invalid, refusal?.message])).not.toContain('secret');
  });
});

describe('whatever JSON comes', () => {
  const places = TYPES.flatMap((type) => pointersOf(received(type)).map((pointer) => ({ type, pointer })));
  const replacement = fc.oneof(fc.constant(undefined), fc.constant(null), fc.jsonValue({ maxDepth: 3 }));

  it('it is read, or refused with one of the two errors at places that exist', () => {
    const bodies = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(fc.constantFrom(...places), replacement)
        .map(([{ type, pointer }, value]) => put(received(type), pointer, value)),
      fc.tuple(anyType, fc.jsonValue(), fc.jsonValue()).map(([type, workorder, message]) => ({
        ...received(type),
        message,
        payload: { eventDateTime: '2026-08-03T21:15:00Z', eventType: type, workorder },
      })),
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const refusal = refusalOf(body);
        for (const invalid of refusal?.invalid ?? []) {
          expect(invalid.pointer === '' || leadsSomewhere(body, invalid)).toBe(true);
          expect(invalid.detail).toMatch(/^(must|is) /);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('class-validator and the quick check agree about it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), replacement, ({ type, pointer }, value) => {
        const body = put(received(type), pointer, value);
        const envelope: Class = NOTIFICATION_TYPES[type].envelope;
        expect(findInvalid(toInstance(envelope, body)).length === 0).toBe(satisfies(envelope, body));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the examples', () => {
  it('tell the life of one work order in ascending eventIds and times', () => {
    const life = LIFE_OF_A_WORK_ORDER.map((type) => parseNotification(exampleOf(type)));
    expect(new Set(life.map(({ wonum }) => wonum)).size).toBe(1);
    expect(new Set(life.map(({ type }) => type)).size).toBe(12);
    life.slice(1).forEach((notification, index) => {
      expect(BigInt(notification.eventId)).toBe(BigInt(life[index]!.eventId) + 1n);
      expect(notification.eventTimestamp > life[index]!.eventTimestamp).toBe(true);
    });
  });

  it('can be made for any event, work order and time', () => {
    const instant = new Date('2027-01-31T10:00:00.500Z');
    expect(
      parseNotification(exampleOf('AddTaskNotify', { eventId: '5', wonum: 'WO-9', at: instant })),
    ).toMatchObject({
      eventId: '5',
      wonum: 'WO-9',
      eventTimestamp: '2027-01-31T10:00:00.500Z',
    });
  });
});

describe('the OpenAPI document', () => {
  const envelopes = TYPES.map((type) => NOTIFICATION_TYPES[type].envelope);

  @Controller()
  class NotificationController {
    @Post('notification')
    @ApiExtraModels(...envelopes)
    @ApiBody({ schema: { oneOf: envelopes.map((envelope) => ({ $ref: getSchemaPath(envelope) })) } })
    take(@Body() body: object): object {
      return body;
    }
  }

  @Module({ controllers: [NotificationController] })
  class NotificationModule {}

  it('describes each type, told apart by its eventType', async () => {
    const document = await documentOf(NotificationModule);
    for (const type of TYPES) {
      const stem = type.replace(/Notify$/, '');
      expect(schema(document, `${stem}Notification`)).toMatchObject({
        description: expect.stringMatching(/\.$/),
        required: ['eventId', 'eventTimestamp', 'eventType', 'message', 'payload'],
      });
      expect(schema(document, `${stem}Payload`)).toMatchObject({
        properties: { eventType: { enum: [type] }, workorder: { allOf: [{ $ref: expect.anything() }] } },
      });
    }
  });

  it('describes every member, and refers only to what is there', async () => {
    const document = await documentOf(NotificationModule);
    const schemas = document.components?.schemas ?? {};
    for (const [name, { properties }] of Object.entries(schemas as Record<string, { properties?: Json }>)) {
      for (const [member, property] of Object.entries(properties ?? {})) {
        expect({ name, member, ...(property as Json) }).toMatchObject({ description: expect.any(String) });
      }
    }
    const references = JSON.stringify(document).match(/#\/components\/schemas\/[^"]*/g) ?? [];
    for (const reference of references) expect(schemas).toHaveProperty([reference.split('/')[3]!]);
  });
});

async function documentOf(module: new () => object): Promise<OpenAPIObject> {
  const app = await NestFactory.create(module, { logger: false });
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  await app.close();
  return document;
}

function schema(document: OpenAPIObject, name: string): unknown {
  return document.components?.schemas?.[name];
}

function at(body: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((place, step) => (place as Json)[step], body);
}

function isObjectAt(body: unknown, pointer: string): boolean {
  const value = at(body, pointer);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
