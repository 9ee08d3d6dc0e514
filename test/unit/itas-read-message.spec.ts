import 'reflect-metadata';
import fc from 'fast-check';
import { exampleOf } from '../../src/itas-events/dto/examples';
import { InvalidMessage, UnknownTemplate } from '../../src/itas-events/invalid-message';
import { readMessage } from '../../src/itas-events/read-message';
import { TEMPLATES, type Tid } from '../../src/itas-events/templates';
import { put } from '../support/notification';

type Json = Record<string, unknown>;

const TIDS = Object.keys(TEMPLATES) as Tid[];
const INNER = '/MessageBody/InnerBody';

/** An example as it comes over the wire. */
function received(tid: Tid): Json {
  return JSON.parse(JSON.stringify(exampleOf(tid))) as Json;
}

function withParameters(tid: Tid, topic: string, parameters: Readonly<Record<string, unknown>>): Json {
  const list = Object.entries(parameters).map(([Key, Value]) => ({ Key, Value }));
  return put(put(received(tid), '/Topic', topic), `${INNER}/AdditionalParameters`, list);
}

/** What is refused; nothing but this error may ever be thrown. */
function refusalOf(body: unknown): InvalidMessage | undefined {
  try {
    readMessage(body, 'UTC');
    return undefined;
  } catch (error) {
    if (error instanceof InvalidMessage) return error;
    throw error;
  }
}

describe('any JSON at all', () => {
  it('is read, or refused with a place and a reason', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        expect(refusalOf(body)?.invalid.length).toBeGreaterThan(0);
      }),
    );
  });

  it('in any place of a message is read, or refused there', () => {
    const places = [
      '/MessageId',
      '/Topic',
      '/EnqueueTime',
      '/MessageBody',
      '/MessageBody/TID',
      INNER,
      `${INNER}/TradingEntity`,
      `${INNER}/AdditionalParameters`,
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...TIDS),
        fc.constantFrom(...places),
        fc.jsonValue(),
        (tid, place, value) => {
          for (const { pointer } of refusalOf(put(received(tid), place, value))?.invalid ?? []) {
            expect(pointer.startsWith(place)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('that is nested too deep is refused before anyone gets lost in it', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;
    const refusal = refusalOf(put(received('TID-018'), `${INNER}/deep`, deep));
    expect(refusal?.invalid).toMatchObject([{ keyword: 'depth' }]);
  });
});

describe('the template', () => {
  it('is named by TID, and no other is known', () => {
    const refusal = refusalOf(put(received('TID-010'), '/MessageBody/TID', 'TID-011'));
    expect(refusal).toBeInstanceOf(UnknownTemplate);
    expect(refusal).toMatchObject({
      messageId: 'd6c94090-97b4-ea11-845d-20677cddb4f2',
      message: '/MessageBody/TID must be one of TID-002, TID-010, TID-013, TID-014, TID-018',
    });
  });

  it.each(['__proto__', 'constructor', 'toString'])('is not %s', (name) => {
    expect(refusalOf(put(received('TID-010'), '/MessageBody/TID', name))).toBeInstanceOf(UnknownTemplate);
  });

  it('says nothing of members that it does not name: they stay', () => {
    const { data } = readMessage(put(received('TID-013'), `${INNER}/Desk`, { id: 7 }), 'UTC');
    expect(data.innerBody).toMatchObject({ Desk: { id: 7 }, DocumentReference: 'INV-20871' });
  });
});

describe('the parameters of a topic', () => {
  it('have keys in any case', () => {
    const anyCase = fc.mixedCase(fc.constantFrom('freezedate'));
    fc.assert(
      fc.property(anyCase, (key) => {
        const { data } = readMessage(withParameters('TID-014', '2-13', { [key]: '20260804' }), 'UTC');
        expect(data.parameters).toEqual({ freezedate: { kind: 'day', date: '2026-08-04' } });
      }),
    );
  });

  it('that nobody has documented are left in peace', () => {
    const body = withParameters('TID-014', '6-3', { FreezeDate: '20260832', desk: 'x', Desk: 'y' });
    expect(readMessage(body, 'UTC').data.parameters).toEqual({
      freezedate: { kind: 'month', month: '2026-08' },
    });
  });

  it('may be empty', () => {
    for (const nothing of ['', ' ', null]) {
      const body = withParameters('TID-010', '6-21', {
        docname: 'a.pdf',
        doctype: 'Contract',
        docindexid: '1',
        action: 'Deleted',
        actionstatus: 'Aborted',
        actionresponse: nothing,
      });
      expect(readMessage(body, 'UTC').data.parameters).toEqual({
        docname: 'a.pdf',
        doctype: 'Contract',
        docindexid: '1',
        action: 'Deleted',
        actionstatus: 'Aborted',
      });
    }
  });

  it('count from 0', () => {
    const clearing = { DATE: '20260804', KEEPDAYS: '0', KEEPFRIDAYS: '999999999' };
    expect(readMessage(withParameters('TID-018', '3-300', clearing), 'UTC').data.parameters).toEqual({
      date: { kind: 'day', date: '2026-08-04' },
      keepdays: 0,
      keepfridays: 999_999_999,
    });
    for (const bad of ['-1', '1.5', 'ten', '1e3', '9999999999']) {
      const refusal = refusalOf(withParameters('TID-018', '3-300', { ...clearing, KEEPDAYS: bad }));
      expect(refusal?.invalid).toEqual([
        {
          pointer: `${INNER}/AdditionalParameters/1/Value`,
          keyword: 'parameter',
          detail: 'must be a whole number of at least 0',
        },
      ]);
    }
  });
});
