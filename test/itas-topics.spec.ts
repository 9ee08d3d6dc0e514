import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { ask, read } from './support/http';
import { INNER, itasMessage, parameters, push } from './support/itas-message';
import { rowCounts } from './support/rows';

const LIST = `${INNER}/AdditionalParameters`;

const ADDED = { docname: 'a.pdf', doctype: 'Contract', docindexid: '7', action: 'Added', actionstatus: 'OK' };
const INSTRUCTION = {
  docname: 'wi-7.pdf',
  doctype: 'WI',
  docdescription: 'Warehouse Instruction',
  contractlist: 'C-1, C-2',
};

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** A message of a topic with these parameters: given twice when the value is a list. */
function about(topic: string, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return itasMessage('TID-014', { '/Topic': topic, ...parameters(values) });
}

/** What of the domain event is about the topic. */
async function taken(message: object): Promise<Record<string, unknown>> {
  const before = await headOf(gateway);
  expect(await push(gateway, message)).toMatchObject({ status: 200 });
  const [event] = await eventsOf(gateway, before);
  const data = event?.data as object as Record<string, unknown>;
  return {
    topic: data['topic'],
    originTopic: data['originTopic'],
    topicKnown: data['topicKnown'],
    parameters: data['parameters'],
  };
}

async function refused(message: object): Promise<unknown> {
  const before = await rowCounts(gateway.dataSource);
  const { status, body } = await push(gateway, message);
  expect(status).toBe(400);
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
  return body['errors'];
}

describe('a topic that the document describes', () => {
  it.each([
    [
      '2-13',
      { FreezeDate: '20260804' },
      { topic: '3-10', originTopic: '2-13', parameters: { freezedate: { kind: 'day', date: '2026-08-04' } } },
    ],
    [
      '6-3',
      { FREEZEDATE: '20260832' },
      { topic: '3-10', originTopic: '6-3', parameters: { freezedate: { kind: 'month', month: '2026-08' } } },
    ],
    ['2-266', INSTRUCTION, { topic: '3-10', originTopic: '2-266', parameters: INSTRUCTION }],
    [
      '6-20',
      { submittedBy: 'HIVE\\aroha' },
      { topic: '3-10', originTopic: '6-20', parameters: { submittedby: 'HIVE\\aroha' } },
    ],
    ['6-21', ADDED, { topic: '6-21', parameters: ADDED }],
    [
      '6-21',
      { ...ADDED, ActionResponse: 'Done.' },
      { topic: '6-21', parameters: { ...ADDED, actionresponse: 'Done.' } },
    ],
    [
      '3-300',
      { Date: '20260832', KeepDays: '30', KeepFridays: '0' },
      {
        topic: '3-300',
        parameters: { date: { kind: 'month', month: '2026-08' }, keepdays: 30, keepfridays: 0 },
      },
    ],
  ])('%s has its parameters %j typed', async (topic, values, expected) => {
    expect(await taken(about(topic, values))).toEqual({
      originTopic: undefined,
      topicKnown: true,
      ...expected,
    });
  });

  it.each([
    ['2-13', {}, {}],
    ['6-3', { date: '20260804', freezedate: ' ' }, {}],
    ['2-266', { docname: 'a', doctype: '' }, { docname: 'a' }],
    ['6-20', { submittedby: null }, {}],
    [
      '6-21',
      { action: 'Added', actionstatus: 'Failed', docindexid: '' },
      { action: 'Added', actionstatus: 'Failed' },
    ],
    ['3-300', { keepdays: '1', date: '', keepfridays: null }, { keepdays: 1 }],
  ])(
    '%s is taken in with %j: none of its parameters is said to be a must',
    async (topic, values, expected) => {
      expect((await taken(about(topic, values)))['parameters']).toEqual(expected);
    },
  );

  it('is taken in without any list of parameters', async () => {
    const message = itasMessage('TID-014', { '/Topic': '2-13', [LIST]: undefined });
    expect(await taken(message)).toMatchObject({ originTopic: '2-13', parameters: {} });
  });

  it.each([
    [
      '2-13',
      { freezedate: '20260931' },
      'must be an existing day as yyyymmdd, or yyyymm32 for the whole month',
    ],
    [
      '6-3',
      { freezedate: '20260833' },
      'must be an existing day as yyyymmdd, or yyyymm32 for the whole month',
    ],
    ['3-10', { freezedate: 'today' }, 'must be an existing day as yyyymmdd, or yyyymm32 for the whole month'],
    ['6-21', { action: 'added', ...without('action') }, 'must be one of Added, Updated, Deleted'],
    ['6-21', { actionstatus: 'Done', ...without('actionstatus') }, 'must be one of OK, Aborted, Failed'],
    ['3-300', { keepdays: '-1', date: '20260804', keepfridays: '1' }, 'must be a whole number of at least 0'],
  ])('%s is refused with %j: %s', async (topic, values, detail) => {
    expect(await refused(about(topic, values))).toEqual([
      { pointer: `${LIST}/0/Value`, keyword: 'parameter', detail },
    ]);
  });

  it('is refused when a parameter comes twice, however it is written', async () => {
    const twice = [
      { Key: 'freezedate', Value: '20260804' },
      { Key: 'FREEZEDATE', Value: '20260805' },
    ];
    expect(await refused(itasMessage('TID-014', { '/Topic': '2-13', [LIST]: twice }))).toEqual([
      { pointer: `${LIST}/1/Key`, keyword: 'unique', detail: 'must not be "freezedate" once more' },
    ]);
  });

  it.each([
    [[{ Key: '', Value: 'x' }], `${LIST}/0/Key`],
    [[{ Value: 'x' }], `${LIST}/0/Key`],
    [[{ Key: 'x', Value: 1 }], `${LIST}/0/Value`],
    [['x'], `${LIST}/0`],
    [{ freezedate: '20260804' }, LIST],
  ])('is refused with the list %j', async (list, pointer) => {
    expect(await refused(itasMessage('TID-014', { [LIST]: list }))).toMatchObject([{ pointer }]);
  });
});

function without(name: keyof typeof ADDED): object {
  return Object.fromEntries(Object.entries(ADDED).filter(([other]) => other !== name));
}

describe('a redirected topic', () => {
  it.each([
    [INSTRUCTION, '2-266'],
    [{ SubmittedBy: 'aroha' }, '6-20'],
    [{ freezedate: '20260804' }, undefined],
    [{ submittedby: 'aroha', desk: 'x' }, undefined],
    [{}, undefined],
  ])('that comes as 3-10 with %j was %s before, where that can be told', async (values, origin) => {
    expect(await taken(about('3-10', values))).toMatchObject({ topic: '3-10', topicKnown: true });
    expect((await taken(about('3-10', values)))['originTopic']).toBe(origin);
  });

  it('that comes as 3-10 has its parameters typed, and none is asked for', async () => {
    expect((await taken(about('3-10', { FreezeDate: '20260832' })))['parameters']).toEqual({
      freezedate: { kind: 'month', month: '2026-08' },
    });
  });

  it('is found by either number, and its siblings are not', async () => {
    const [freeze, submission] = [
      about('2-13', { freezedate: '20260804' }),
      about('6-20', { submittedby: 'x' }),
    ];
    for (const message of [freeze, submission]) await push(gateway, message);
    const found = async (topic: string): Promise<unknown[]> => {
      const { body } = await read(gateway, `/itas-events/messages?topic=${topic}&limit=500`, {
        scope: 'itas:read',
      });
      return (body['items'] as { messageId: string }[]).map(({ messageId }) => messageId);
    };
    expect(await found('3-10')).toEqual(
      expect.arrayContaining([freeze['MessageId'], submission['MessageId']]),
    );
    expect(await found('2-13')).toContain(freeze['MessageId']);
    expect(await found('2-13')).not.toContain(submission['MessageId']);
  });
});

it('a topic that nobody has described is accepted and flagged, whatever its parameters', async () => {
  const message = about('2-220', { freezedate: 'whenever', docname: '' });
  expect(await taken(message)).toEqual({
    topic: '2-220',
    originTopic: undefined,
    topicKnown: false,
    parameters: {},
  });
});

describe('GET /itas-events/topics', () => {
  it('is the catalogue', async () => {
    const { status, body } = await read(gateway, '/itas-events/topics', { scope: 'itas:read' });
    expect(status).toBe(200);
    const items = body['items'] as { topic: string; parameters: { name: string }[] }[];
    expect(items.map(({ topic, parameters: each }) => [topic, each.map(({ name }) => name).join()])).toEqual([
      ['2-13', 'freezedate'],
      ['6-3', 'freezedate'],
      ['2-266', 'docname,doctype,docdescription,contractlist'],
      ['6-20', 'submittedby'],
      ['3-8', ''],
      ['3-10', 'freezedate,docname,doctype,docdescription,contractlist,submittedby'],
      ['3-300', 'date,keepdays,keepfridays'],
      ['6-21', 'docname,doctype,docindexid,action,actionstatus,actionresponse'],
    ]);
    expect(items[0]).toEqual({
      topic: '2-13',
      meaning: 'A freeze',
      redirectedTo: '3-10',
      template: 'TID-014',
      parameters: [
        {
          name: 'freezedate',
          meaning: 'What was frozen: a day, or a whole month',
          type: 'freeze-date',
          rule: 'must be an existing day as yyyymmdd, or yyyymm32 for the whole month',
        },
      ],
    });
    expect(items.at(-1)?.parameters.slice(-2)).toMatchObject([
      { name: 'actionstatus', type: 'choice', values: ['OK', 'Aborted', 'Failed'] },
      { name: 'actionresponse', type: 'text' },
    ]);
  });

  it('is for readers of ITAS only', async () => {
    expect((await ask(`${gateway.url}/itas-events/topics`)).status).toBe(401);
    expect((await read(gateway, '/itas-events/topics', { scope: 'spg:read itas:publish' })).status).toBe(403);
  });
});
