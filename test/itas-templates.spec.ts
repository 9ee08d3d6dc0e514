import { randomUUID } from 'node:crypto';
import { TEMPLATES, type Tid } from '../src/itas-events/templates';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import type { Answer } from './support/http';
import { INNER, itasMessage, parameters, push } from './support/itas-message';
import { correctedSample, SAMPLES } from './support/itas-samples';
import { rowCounts } from './support/rows';

const TIDS = Object.keys(TEMPLATES) as Tid[];

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ env: { ITAS_TIMEZONE: 'Pacific/Auckland', OWNER_PARTY_ID: 'us' } });
});
afterAll(() => gateway.close());

/** A sample with a MessageId of its own: in the document all of them have the same. */
function sample(tid: Tid): { messageId: string; text: string } {
  const messageId = randomUUID();
  return { messageId, text: correctedSample(tid).replace('d6c94090-97b4-ea11-845d-20677cddb4f2', messageId) };
}

/** Pushes a message and gives back the data of the domain event that it became. */
async function dataOf(message: object | string): Promise<Record<string, unknown>> {
  const before = await headOf(gateway);
  expect(await push(gateway, message)).toMatchObject({ status: 200, body: { status: 'accepted' } });
  const events = await eventsOf(gateway, before);
  expect(events).toHaveLength(1);
  return events[0]?.data as object as Record<string, unknown>;
}

/** Where a message is refused, each place once; nothing is written. */
async function refusedAt(message: object | string): Promise<string[]> {
  const before = await rowCounts(gateway.dataSource);
  const answer = await push(gateway, message);
  expect(answer).toMatchObject({
    status: 400,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    body: { type: 'urn:problem-type:karere:invalid-input' },
  });
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
  return pointersOf(answer);
}

function pointersOf({ body }: Answer): string[] {
  return ((body['errors'] ?? []) as { pointer: string }[]).map(({ pointer }) => pointer);
}

describe('the samples of the document', () => {
  const facts: Readonly<Record<Tid, object>> = {
    'TID-002': {
      topic: '2-999',
      title: 'Message Title',
      message: 'Message Content',
      submittedBy: 'Domain\\Username',
    },
    'TID-010': {
      topic: '2-999',
      entityId: 'identity of contract, future etc',
      entityType: 'contract|client|wip|docref|...',
    },
    'TID-013': {
      topic: '3-8',
      documentReference: 'itas docref',
      documentDate: '2026-08-04',
      documentType: 'mapping code',
      style: 'temporaryadjustment',
    },
    'TID-014': {
      topic: '3-10',
      entityId: 'identity of contract, future etc',
      entityType: 'contract|client|wip|docref|...',
      eventType: 'mapping code',
    },
    'TID-018': { topic: '3-999' },
  };

  it.each(TIDS)('%s is accepted when it is corrected, and becomes one domain event', async (tid) => {
    const { messageId, text } = sample(tid);
    const before = await headOf(gateway);
    const answer = await push(gateway, text, { 'x-transaction-id': `tx-of-${tid}` });
    expect([answer.status, answer.body]).toEqual([200, { messageId, status: 'accepted' }]);
    const subjects = { entityId: '', documentReference: '', ...facts[tid] };
    expect(await eventsOf(gateway, before)).toEqual([
      {
        position: before + 1,
        id: expect.any(String) as string,
        type: TEMPLATES[tid].event,
        source: '/itas-events',
        subject: subjects.entityId || subjects.documentReference || messageId,
        time: expect.any(String) as string,
        partyIds: ['us'],
        correlationId: `tx-of-${tid}`,
        data: {
          messageId,
          topicKnown: ['TID-013', 'TID-014'].includes(tid),
          tid,
          companyCode: 'GF',
          messageType: '{ITASMessage}',
          tradingEntity: 'qa',
          enqueuedAt: '2026-08-03T21:15:00.120Z',
          ...facts[tid],
          parameters: {},
          innerBody: (JSON.parse(text) as { MessageBody: { InnerBody: object } }).MessageBody.InnerBody,
        },
      },
    ]);
  });

  it.each([
    ['TID-002', String.raw`Domain\U`.length - 1, String.raw`Domain\U`],
    ['TID-010', 6, ',\n    }'],
    ['TID-013', 6, ',\n    }'],
    ['TID-014', 6, ',\n    }'],
    ['TID-018', 6, ',\n    }'],
  ] as const)('%s is refused as it stands, at the place where it is no JSON', async (tid, offset, wrong) => {
    const text = SAMPLES[tid];
    const position = text.indexOf(wrong) + offset;
    const line = text.slice(0, position).split('\n').length;
    const before = await rowCounts(gateway.dataSource);
    const { status, body } = await push(gateway, text);
    expect([status, body['type'], body['detail']]).toEqual([
      400,
      'urn:problem-type:karere:malformed-body',
      expect.stringContaining(`not valid JSON at position ${position} (line ${line} column `) as string,
    ]);
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('are refused also where the web page has put a no-break space', async () => {
    const { body } = await push(gateway, SAMPLES['TID-013'].replace('\n  ', '\n\u00A0 '));
    expect(body['detail']).toBe('The body is not valid JSON at position 2 (line 2 column 1).');
  });

  it('are refused when only their syntax is corrected, at each placeholder', async () => {
    const { text } = sample('TID-013');
    const placeholders = text
      .replace('"3-8"', '"3-nnn"')
      .replace('20260804', 'yyyymmnn')
      .replace('2026-08-04T09:15:00.12', 'yyyy-mm-ddThh:nn:ss.mm');
    expect(await refusedAt(placeholders)).toEqual(['/Topic', '/EnqueueTime']);
    expect(await refusedAt(text.replace('20260804', 'yyyymmnn'))).toEqual([`${INNER}/DocumentDate`]);
  });
});

describe('the envelope', () => {
  it.each([
    ['/MessageId', undefined],
    ['/MessageId', 'd6c94090-97b4-ea11-845d-20677cddb4f'],
    ['/LockId', 'no lock'],
    ['/Topic', undefined],
    ['/Topic', '3'],
    ['/Topic', '1234-1'],
    ['/Topic', '1-12345'],
    ['/Topic', '3-10 '],
    ['/CompanyCode', ' '],
    ['/MessageType', 7],
    ['/EnqueueTime', undefined],
    ['/EnqueueTime', '2026-02-29T09:15:00'],
    ['/EnqueueTime', '2026-08-04 09:15:00'],
    ['/EnqueueTime', '2026-08-04T24:00:00'],
    ['/EnqueueTime', '2026-08-04T09:15:00.'],
    ['/MessageBody', 'TID-002'],
    ['/MessageBody/InnerBody', []],
    ['/MessageBody/TID', ''],
  ])('is refused at %s when that is %j', async (pointer, value) => {
    expect(await refusedAt(itasMessage('TID-018', { [pointer]: value }))).toEqual([pointer]);
  });

  it.each([
    ['/LockId', null],
    ['/LockId', undefined],
    ['/Topic', '123-1234'],
    ['/EnqueueTime', '2026-08-04T09:15:00'],
    ['/EnqueueTime', '2026-08-04T09:15:00.1234567'],
    ['/ServiceResult', { Code: 0 }],
    ['/Priority', 'high'],
  ])('is good when its %s is %j', async (pointer, value) => {
    const message = itasMessage('TID-013', { [pointer]: value });
    expect(await push(gateway, message)).toMatchObject({ status: 200, body: { status: 'accepted' } });
  });

  it('that is no object is refused as a whole', async () => {
    expect(await refusedAt('[]')).toEqual(['']);
    expect(await refusedAt('"TID-002"')).toEqual(['']);
  });
});

describe('the inner body', () => {
  const required: Readonly<Record<Tid, readonly string[]>> = {
    'TID-002': ['TradingEntity', 'Title', 'Message'],
    'TID-010': ['TradingEntity', 'EntityID', 'EntityType'],
    'TID-013': ['TradingEntity', 'DocumentReference', 'DocumentDate', 'DocumentType', 'Style'],
    'TID-014': ['TradingEntity', 'EntityID', 'EntityType', 'EventType'],
    'TID-018': ['TradingEntity'],
  };

  it.each(TIDS)('of %s has to have what the template asks for', async (tid) => {
    for (const member of required[tid]) {
      const pointer = `${INNER}/${member}`;
      for (const missing of [undefined, null]) {
        expect(await refusedAt(itasMessage(tid, { [pointer]: missing }))).toEqual([pointer]);
      }
    }
    const empty = itasMessage(tid, { [INNER]: {} });
    expect((await refusedAt(empty)).toSorted()).toEqual(
      required[tid].map((member) => `${INNER}/${member}`).toSorted(),
    );
  });

  it.each(['purchase', 'sales', 'payable', 'receivable', 'buy', 'sell', 'temporaryadjustment', 'journal'])(
    'of TID-013 may be of the style %s',
    async (style) => {
      expect(await dataOf(itasMessage('TID-013', { [`${INNER}/Style`]: style }))).toMatchObject({ style });
    },
  );

  it.each([
    ['Style', 'Sales'],
    ['Style', 'purchase|sales'],
    ['DocumentDate', '20260832'],
    ['DocumentDate', '20250229'],
    ['DocumentDate', '2026-08-04'],
  ])('of TID-013 has no %s %s', async (member, value) => {
    const pointer = `${INNER}/${member}`;
    expect(await refusedAt(itasMessage('TID-013', { [pointer]: value }))).toEqual([pointer]);
  });

  it('may be about entities of any type', async () => {
    const changes = { [`${INNER}/EntityType`]: 'vessel', '/Topic': '2-220', ...parameters({}) };
    expect(await dataOf(itasMessage('TID-010', changes))).toMatchObject({ entityType: 'vessel' });
  });

  it('keeps members that nobody has told us of', async () => {
    const changes = { [`${INNER}/Desk`]: { id: 7, name: 'Cocoa' } };
    expect(await dataOf(itasMessage('TID-013', changes))).toMatchObject({
      innerBody: { Desk: { id: 7, name: 'Cocoa' } },
    });
  });
});
