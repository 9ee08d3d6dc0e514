import { DateTime } from 'luxon';
import { offeredWindow } from '../src/followup-booking/offered-window';
import { Problem } from '../src/problems/problem';
import { DAILY, daily, giveCalendar, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask } from './support/http';
import { put } from './support/notification';
import { rowCounts } from './support/rows';
import type { OpenSlot, Technician } from './support/service-mobility';

type Json = Record<string, unknown>;

const AREA = 'HAM-EAST';
const ORDER = 'WO-7';
const BOOK = `/followup-booking/work-orders/${ORDER}/followup`;
const SEARCH = '/followup-booking/appointments/open-slots';

let gateway: Gateway;
let technician: Technician;
let slot: OpenSlot;
let before: Record<string, number>;

beforeAll(async () => {
  gateway = await startGateway();
  technician = await technicianOf(gateway);
  await giveCalendar(gateway, AREA);
  const slots = await technician.openSlots({ orderNum: ORDER, serviceAreaId: AREA });
  await technician.book({ orderNum: 'WO-FIRST', serviceAreaId: AREA }, slots[1] ?? {});
  [slot] = slots as [OpenSlot];
  before = await rowCounts(gateway.dataSource);
});
afterAll(() => gateway.close());

function goodBody(): Json {
  const body = technician.bookingBody({ orderNum: ORDER, serviceAreaId: AREA }, slot);
  return JSON.parse(JSON.stringify(body)) as Json;
}

/** Status and kind of a problem that has the members of ServiceMobility's error body, when nothing was written. */
async function refusalOf(answer: Answer, instance = BOOK): Promise<string> {
  const { status, body, headers } = answer;
  const slug = String(body['type']).replace('urn:problem-type:karere:', '');
  const { errors, invalidParams, ...others } = body;
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(others).toEqual({
    type: `urn:problem-type:karere:${slug}`,
    title: expect.stringMatching(/^[A-Z]/) as string,
    status,
    detail: expect.stringMatching(/\.$/) as string,
    instance,
  });
  expect((invalidParams as unknown[] | undefined)?.length).toBe((errors as unknown[] | undefined)?.length);
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
  return `${status} ${slug}`;
}

function paths({ body }: Answer): string[] {
  return (body['invalidParams'] as { path: string }[]).map(({ path }) => path);
}

describe('a body that is not as it should be: 400, and the members to mend are named', () => {
  it.each<[string, unknown, string[]]>([
    ['/Account', undefined, ['$.Account']],
    ['/Account', 'ACC-1', ['$.Account']],
    ['/Account/Name', 7, ['$.Account.Name']],
    ['/Assets', {}, ['$.Assets']],
    ['/Assets/0/AssetNum', 7, ['$.Assets[0].AssetNum']],
    ['/Assets/0/InServiceDate', 'yesterday', ['$.Assets[0].InServiceDate']],
    ['/Assets/0/FlexView', [{ Items: [{ Value: 1 }] }], ['$.Assets[0].FlexView[0].Items[0].Value']],
    ['/Assets/0/ServiceCodes', ['1', 2], ['$.Assets[0].ServiceCodes']],
    ['/FlexAttrs', [], ['$.FlexAttrs']],
    ['/FlexForms', ['a', null], ['$.FlexForms']],
    ['/Location', undefined, ['$.Location']],
    ['/Location/Address/Lat', '91', ['$.Location.Address.Lat']],
    ['/Location/Address/Lon', 'east', ['$.Location.Address.Lon']],
    ['/Location/Address/Zip', 3214, ['$.Location.Address.Zip']],
    ['/Location/Contacts/0/IsPrimary', 'yes', ['$.Location.Contacts[0].IsPrimary']],
    ['/Location/Contacts/0/Phones/0/PhoneNum', {}, ['$.Location.Contacts[0].Phones[0].PhoneNum']],
    ['/Location/ServiceAreaID', 'x'.repeat(101), ['$.Location.ServiceAreaID']],
    ['/OrderType', '', ['$.OrderType']],
    ['/OriginalOrderNum', undefined, ['$.OriginalOrderNum']],
    ['/OriginalOrderNum', 'WO-8', ['$.OriginalOrderNum']],
    ['/OriginalOrderNum', ` ${ORDER}`, ['$.OriginalOrderNum']],
    ['/RequiredParts/0/ProdNum', undefined, ['$.RequiredParts[0].ProdNum']],
    ['/RequiredParts/0/Qty', '1', ['$.RequiredParts[0].Qty']],
    ['/RequiredParts/0/Qty:', -1, ["$.RequiredParts[0]['Qty:']"]],
    ['/RequiredParts/0/Price', Number.MAX_VALUE, ['$.RequiredParts[0].Price']],
    [
      '/RequiredParts/0/SupersededParts',
      [{ ProdAttrs: { IsBatch: 0 } }],
      ['$.RequiredParts[0].SupersededParts[0].ProdAttrs.IsBatch'],
    ],
    ['/TimeConstraints', undefined, ['$.TimeConstraints']],
    ['/TimeConstraints', [], ['$.TimeConstraints']],
    ['/TimeConstraints/0/Type', true, ['$.TimeConstraints[0].Type']],
    ['/TimeConstraints/0/Type', '1002', ['$.TimeConstraints']],
    ['/TimeConstraints/0/Period', undefined, ['$.TimeConstraints[0].Period']],
    ['/TimeConstraints/0/Period/Start', '2026-02-30T00:00:00.000Z', ['$.TimeConstraints[0].Period.Start']],
    ['/TimeConstraints/0/Period/Start', '2026-11-23T19:00:00+13:00', ['$.TimeConstraints[0].Period.Start']],
    ['/TimeConstraints/0/ID', 7, ['$.TimeConstraints[0].ID']],
    ['/UserName', ['a'], ['$.UserName']],
  ])('%s = %j', async (pointer, value, expected) => {
    const answer = await technician.send(ORDER, put(goodBody(), pointer, value));
    expect(await refusalOf(answer)).toBe('400 invalid-input');
    expect(paths(answer)).toEqual(expected);
  });

  it.each(['null', '1', '"text"', '[]', ''])('a body that is %j', async (text) => {
    const answer = await technician.send(ORDER, text);
    expect(await refusalOf(answer)).toBe('400 invalid-input');
    expect(paths(answer)).toEqual(['$']);
  });

  it('one that lacks everything, and one that says nothing new', async () => {
    const answer = await technician.send(ORDER, {});
    expect(await refusalOf(answer)).toBe('400 invalid-input');
    const required = ['$.Account', '$.Location', '$.OrderType', '$.OriginalOrderNum', '$.TimeConstraints'];
    expect(paths(answer).toSorted()).toEqual(required);
  });

  it('in the exact words of ServiceMobility’s error body, with values that are short texts', async () => {
    const body = put(
      put(put(goodBody(), '/OriginalOrderNum', 'WO-8'), '/Account/Name', 'Aroha'),
      '/Weather',
      'fine',
    );
    put(body, '/TimeConstraints/0/Period/End', '2026-01-01T00:00:00.000Z');
    const answer = await technician.send(ORDER, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      type: 'urn:problem-type:karere:invalid-input',
      title: 'The request is not valid',
      status: 400,
      detail: 'The members to mend are in errors.',
      instance: BOOK,
      errors: [
        {
          pointer: '/OriginalOrderNum',
          keyword: 'mirror',
          detail: 'must be the same as the work order in the URL',
        },
        { pointer: '/TimeConstraints/0/Period/End', keyword: 'period', detail: 'must be after Start' },
        {
          pointer: '/TimeConstraints/0/ID',
          keyword: 'slotPeriod',
          detail: 'must be of the slot that Period tells',
        },
      ],
      invalidParams: [
        {
          name: 'OriginalOrderNum',
          path: '$.OriginalOrderNum',
          reason: 'must be the same as the work order in the URL',
          value: 'WO-8',
        },
        {
          name: 'End',
          path: '$.TimeConstraints[0].Period.End',
          reason: 'must be after Start',
          value: '2026-01-01T00:00:00.000Z',
        },
        {
          name: 'ID',
          path: '$.TimeConstraints[0].ID',
          reason: 'must be of the slot that Period tells',
          value: slot.ID,
        },
      ],
    });
  });

  it('values that are long are cut, and those that are no simple ones are left out', async () => {
    const body = put(put(goodBody(), '/UserName', 'u'.repeat(5000)), '/Account/Notes', { a: 1 });
    const { body: problem } = await technician.send(ORDER, body);
    const values = (problem['invalidParams'] as Json[]).map(({ name, value }) => [name, value]);
    expect(values).toEqual([
      ['Notes', undefined],
      ['UserName', 'u'.repeat(100)],
    ]);
  });

  it('names are cut likewise, and written as RFC 9535 has them', async () => {
    const lists = (depth: number): unknown => (depth === 0 ? [] : [lists(depth - 1)]);
    const pathOf = async (name: string): Promise<string[]> => {
      const answer = await technician.send(ORDER, { ...goodBody(), [name]: lists(120) });
      expect(answer.status).toBe(400);
      const [{ path, name: last }] = answer.body['invalidParams'] as [{ path: string; name: string }];
      return [path.slice(0, path.indexOf('[0]')), last];
    };
    expect(await pathOf(`it's a \\ path`)).toEqual([`$['it\\'s a \\\\ path']`, '0']);
    expect(await pathOf('n'.repeat(5000))).toEqual([`$.${'n'.repeat(100)}`, '0']);
  });

  it('what is broken before anybody looks at it speaks the same', async () => {
    expect(await refusalOf(await technician.send(ORDER, '{"a":'))).toBe('400 malformed-body');
    expect(await refusalOf(await technician.send(ORDER, ' '.repeat(1024 * 1024 + 1)))).toBe(
      '413 body-too-large',
    );
    const deep = `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`;
    const answer = await technician.send(ORDER, deep);
    expect(await refusalOf(answer)).toBe('400 invalid-input');
    const other = await ask(gateway.url + BOOK, {
      method: 'POST',
      headers: { 'content-type': 'text/xml', 'x-access-token': technician.token },
      body: '<a/>',
    });
    expect(await refusalOf(other)).toBe('415 unsupported-media-type');
  });

  it('a search is held to the same, but needs no slot', async () => {
    const body = { ...goodBody(), TimeConstraints: undefined };
    expect((await technician.sendSearch(body)).status).toBe(200);
    const wrong = put(put(goodBody(), '/Location', 'here'), '/TimeConstraints/0/Period/Start', 'now');
    const answer = await technician.sendSearch(wrong);
    expect(await refusalOf(answer, SEARCH)).toBe('400 invalid-input');
    expect(paths(answer)).toEqual(['$.Location', '$.TimeConstraints[0].Period.Start']);
    const endless = put(goodBody(), '/TimeConstraints/0/Period/End', slot.Period.Start);
    expect(paths(await technician.sendSearch(endless))).toEqual(['$.TimeConstraints[0].Period.End']);
  });
});

it('the published sample, in which everything is empty, is refused for nothing but what is needed', async () => {
  const empty: Json = {
    Account: { AccountNum: '', AccountType: '', Name: '', Notes: '', Website: '' },
    Assets: [
      {
        AssetNum: '',
        Desc: '',
        FlexForms: [''],
        FlexView: [
          { ID: '', Title: '', Items: [{ ID: '', Label: '', Value: '', Delete: true }], Delete: false },
        ],
        InServiceDate: '',
        IsComponent: false,
        LastServiceDate: '',
        Location: '',
        Mfg: '',
        Model: '',
        ProdNum: '',
        SerialNum: '',
        ServiceCodes: [],
        ServiceCodesDesc: [],
        Status: '',
        Type: '',
        Delete: false,
      },
    ],
    FlexAttrs: { FORM: { ATTR: ['', ''] } },
    FlexForms: ['', ''],
    Location: {
      Address: {
        AddrLine1: '',
        AddrLine2: '',
        AddrLine3: '',
        AddrLine4: '',
        AddrType: '',
        City: '',
        Country: '',
        Intersection: '',
        Lat: '',
        Lon: '',
        Region: '',
        Zip: '',
      },
      Contacts: [
        {
          Email: '',
          FirstName: '',
          IsPrimary: true,
          LastName: '',
          Phones: [{ PhoneNum: '', PhoneType: '' }],
        },
      ],
      Email: '',
      LanguageID: '',
      LocationNum: '',
      Name: '',
      Notes: '',
      POReq: false,
      ServiceAreaID: '',
      SigReq: true,
      StorageLocationID: '',
    },
    OrderType: '',
    OriginalOrderNum: '',
    RequiredParts: [
      {
        EstimatedDelivery: '2014-12-18T10:00:00.000Z',
        ProdNum: '',
        PartStatus: '{free text}',
        Price: 0,
        'Qty:': 0,
        ShipToLocation: '',
        SupersededParts: [
          {
            ProdNum: '',
            PartStatus: '{free text}',
            ProdAttrs: { Desc: '', IsBatch: false, IsInvCtrl: false, IsSerialized: false, ProdType: '1001' },
            Qty: 10,
          },
        ],
        SupersededPartsDesc: '',
        PartOrderNum: '',
        Urgency: '',
      },
    ],
    TimeConstraints: [{ ID: '', Desc: '', Type: '', Period: { Start: '', End: '' }, Delete: false }],
    UserName: '',
  };
  expect(paths(await technician.send(ORDER, empty)).toSorted()).toEqual([
    '$.OrderType',
    '$.OriginalOrderNum',
    '$.RequiredParts[0].ProdNum',
    '$.TimeConstraints[0].Period.End',
    '$.TimeConstraints[0].Period.Start',
    '$.TimeConstraints[0].Type',
  ]);
});

/** Of the problem that is thrown. */
function slugOf(look: () => unknown): string {
  try {
    look();
    return 'offered';
  } catch (error) {
    if (error instanceof Problem) return error.definition.slug;
    throw error;
  }
}

describe('a slot that can not be booked', () => {
  function dateIn(days: number): string {
    return DateTime.now().setZone('Pacific/Auckland').plus({ days }).toISODate() ?? '';
  }

  function inAuckland(days: number, time: string): string {
    return DateTime.fromISO(`${dateIn(days)}T${time}`, { zone: 'Pacific/Auckland' })
      .toJSDate()
      .toISOString();
  }

  function bookPeriod(Start: string, End: string): Promise<Answer> {
    return technician.book(
      { orderNum: ORDER, serviceAreaId: AREA },
      { Type: '1001', Period: { Start, End } },
    );
  }

  it('because there never was such a one: 404', async () => {
    expect(await refusalOf(await bookPeriod(inAuckland(3, '08:00'), inAuckland(3, '12:30')))).toBe(
      '404 followup-slot-not-offered',
    );
    expect(await refusalOf(await bookPeriod(inAuckland(3, '08:30'), inAuckland(3, '12:00')))).toBe(
      '404 followup-slot-not-offered',
    );
    expect(await refusalOf(await bookPeriod(inAuckland(3, '08:00'), inAuckland(4, '12:00')))).toBe(
      '404 followup-slot-not-offered',
    );
  });

  it('because its day is closed: 404', async () => {
    await giveCalendar(gateway, 'CLOSED', { closed: [dateIn(3)] });
    const calendars = { ...before, followup_calendar: (before['followup_calendar'] ?? 0) + 1 };
    const Period = { Start: inAuckland(3, '08:00'), End: inAuckland(3, '12:00') };
    const answer = await technician.book(
      { orderNum: ORDER, serviceAreaId: 'CLOSED' },
      { Type: '1001', Period },
    );
    expect(answer.status).toBe(404);
    expect(await rowCounts(gateway.dataSource)).toEqual(calendars);
    await gateway.dataSource.query("DELETE FROM followup_calendar WHERE service_area_id = 'CLOSED'");
  });

  it('because it is over: 409', async () => {
    expect(await refusalOf(await bookPeriod(inAuckland(-1, '08:00'), inAuckland(-1, '12:00')))).toBe(
      '409 followup-slot-too-soon',
    );
  });

  it('because it begins within the lead time: 409', async () => {
    await giveCalendar(gateway, AREA, { leadMinutes: 2 * 24 * 60 });
    expect(await refusalOf(await bookPeriod(inAuckland(1, '08:00'), inAuckland(1, '12:00')))).toBe(
      '409 followup-slot-too-soon',
    );
    await giveCalendar(gateway, AREA);
  });

  it('because it is beyond the horizon: 409', async () => {
    expect(await refusalOf(await bookPeriod(inAuckland(15, '08:00'), inAuckland(15, '12:00')))).toBe(
      '409 followup-slot-too-far',
    );
  });

  it.each([
    ['just before the lead time', '2026-11-20T17:00:00.000Z', 'offered'],
    ['a millisecond later', '2026-11-20T17:00:00.001Z', 'followup-slot-too-soon'],
    ['as soon as its day is the last of the horizon there', '2026-11-06T11:00:00.000Z', 'offered'],
    ['a millisecond before', '2026-11-06T10:59:59.999Z', 'followup-slot-too-far'],
  ])('to the millisecond: %s', (_when, now, outcome) => {
    // On 21 November, 08:00 to 12:00 in New Zealand.
    const period = { start: new Date('2026-11-20T19:00:00Z'), end: new Date('2026-11-20T23:00:00Z') };
    const calendar = { ...DAILY, leadMinutes: 120 };
    expect(slugOf(() => offeredWindow(calendar, { serviceAreaId: AREA, ...period }, new Date(now)))).toBe(
      outcome,
    );
  });

  it('because it is of another service area: 400', async () => {
    const answer = await technician.book({ orderNum: ORDER, serviceAreaId: 'HAM-WEST' }, slot);
    expect(await refusalOf(answer)).toBe('400 invalid-input');
    expect(answer.body['invalidParams']).toEqual([
      {
        name: 'ID',
        path: '$.TimeConstraints[0].ID',
        reason: 'must be of a slot of the service area in Location',
        value: slot.ID,
      },
    ]);
  });

  it('because it has no place left: 409, with a word about what to do', async () => {
    const taken = { ...slot, ID: '', Period: await periodOfFirst() };
    const answer = await technician.book({ orderNum: ORDER, serviceAreaId: AREA }, taken);
    expect(await refusalOf(answer)).toBe('409 followup-slot-taken');
    expect(answer.body).toMatchObject({
      title: 'The slot has no place left',
      detail: 'Somebody else has booked the last place in this window. Search again and choose another.',
    });
  });

  it('because there are two: 400', async () => {
    const body = { ...goodBody(), TimeConstraints: [slot, { ...slot, Type: 1001 }] };
    const answer = await technician.send(ORDER, body);
    expect(await refusalOf(answer)).toBe('400 invalid-input');
    expect(answer.body['errors']).toEqual([
      {
        pointer: '/TimeConstraints',
        keyword: 'oneSlot',
        detail: 'must have exactly one of Type "1001", which is the slot; there are 2',
      },
    ]);
  });

  it('because it is taken away with the request itself: 400', async () => {
    const answer = await technician.book({ orderNum: ORDER, serviceAreaId: AREA }, { ...slot, Delete: true });
    expect(await refusalOf(answer)).toBe('400 invalid-input');
    expect(paths(answer)).toEqual(['$.TimeConstraints']);
  });

  async function periodOfFirst(): Promise<OpenSlot['Period']> {
    const [row] = await gateway.dataSource.query<{ starts_at: Date; ends_at: Date }[]>(
      'SELECT starts_at, ends_at FROM followup_booking',
    );
    return { Start: row?.starts_at.toISOString() ?? '', End: row?.ends_at.toISOString() ?? '' };
  }
});

it('what is not of ServiceMobility speaks only as everything here does', async () => {
  const { body } = await ask(`${gateway.url}/followup-booking/bookings`);
  expect(body).toMatchObject({ title: 'Who you are could not be established' });
  const query = await ask(`${gateway.url}/followup-booking/bookings?limit=0`, {
    headers: { authorization: `Bearer ${await gateway.token({ scope: 'bookings:read' })}` },
  });
  expect(Object.keys(query.body)).toEqual(['type', 'title', 'status', 'detail', 'errors', 'instance']);
});

it('a good body is booked after all that', async () => {
  await giveCalendar(gateway, AREA, { windows: daily(1) });
  expect((await technician.send(ORDER, goodBody())).status).toBe(200);
});
