import { type Class, fieldsOf } from '../src/fields/field-table';
import { LIFE_OF_A_WORK_ORDER } from '../src/spg/dto/examples';
import { NOTIFICATION_TYPES } from '../src/spg/notification-types';
import { type Gateway, startGateway } from './support/gateway';
import { read, send } from './support/http';
import { notification } from './support/notification';
import { nextEventId, Story } from './support/story';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const WORKORDER = '/payload/workorder';

describe('a work order', () => {
  it('goes through the states of its life, and ends as it first ended', async () => {
    const order = new Story(gateway);
    const states: unknown[] = [];
    for (const type of LIFE_OF_A_WORK_ORDER) {
      await order.by(type);
      states.push([type, (await order.now())['status']]);
    }
    expect(states).toEqual([
      ['CreateWorkOrderNotify', 'ASSIGNED'],
      ['UpdateWorkOrderSupplementaryReferencesNotify', 'ASSIGNED'],
      ['UpdateWorkOrderAdditionalInfosNotify', 'ASSIGNED'],
      ['UpdateWorkOrderFileAttachmentsNotify', 'ASSIGNED'],
      ['UpdateTaskAdditionalInfosNotify', 'ASSIGNED'],
      ['UpdateTaskFileAttachmentsNotify', 'ASSIGNED'],
      ['PutOnHoldWorkOrderNotify', 'ON_HOLD'],
      ['ResumeWorkOrderNotify', 'ASSIGNED'],
      ['CloseTaskNotify', 'ASSIGNED'],
      ['AddTaskNotify', 'ASSIGNED'],
      ['CloseWorkOrderNotify', 'CLOSED'],
      ['CancelWorkOrderNotify', 'CLOSED'],
    ]);
    expect(await order.anomalies()).toEqual(['CANCELLED though it is CLOSED already']);
  });

  it('shows all that its notifications have told', async () => {
    const order = new Story(gateway);
    const ids: string[] = [];
    for (const type of LIFE_OF_A_WORK_ORDER.slice(0, -1)) {
      ids.push(nextEventId());
      await order.by(type, {}, ids.at(-1));
    }
    const { payload } = notification('CreateWorkOrderNotify', { wonum: order.wonum });
    const { status: _status, ...created } = (payload as { workorder: Record<string, unknown> }).workorder;

    expect(await order.now()).toEqual({
      wonum: order.wonum,
      status: 'CLOSED',
      incomplete: false,
      lastEventId: ids[10],
      changedAt: expect.stringMatching(/Z$/) as string,
      ...created,
      supplementaryReferences: [
        { name: 'RSP Order', value: 'WB-2026-118204', eventId: ids[0] },
        { name: 'Service Id', value: 'TFF-0098817-01', eventId: ids[0] },
        { name: 'PO Number', value: '4500018293', eventId: ids[1] },
      ],
      additionalInfos: [expect.objectContaining({ id: 'WL-88121', eventId: ids[2] })],
      fileAttachments: [expect.objectContaining({ id: 'DOC-55310', eventId: ids[3] })],
      tasks: [
        expect.objectContaining({ taskid: '10', additionalInfos: [], fileAttachments: [] }),
        {
          taskid: '20',
          description: 'Install ONT and test service',
          status: 'ASSIGNED',
          workSupplierAllowedToCancel: true,
          sequence: 2,
          schedule: expect.objectContaining({ note: 'Morning window, 08:00 to 12:00' }) as object,
          additionalInfos: [expect.objectContaining({ id: 'WL-88140', eventId: ids[4] })],
          fileAttachments: [
            // Without its content, which stays in the stored original.
            {
              id: 'DOC-55391',
              fileName: 'ont-label.txt',
              mimeType: 'text/plain',
              sizeBytes: 16,
              createdDate: expect.any(String) as string,
              eventId: ids[5],
            },
          ],
          closure: expect.objectContaining({
            outcome: 'Incomplete',
            redoRequired: true,
            eventId: ids[8],
          }) as object,
        },
        expect.objectContaining({ taskid: '30', description: 'Redo of task 20: photograph the ONT label' }),
      ],
    });
  });

  it('has a timeline of its notifications and what each did', async () => {
    const order = new Story(gateway);
    const [first, second] = [nextEventId(), nextEventId()];
    await order.by('CreateWorkOrderNotify', {}, first);
    await order.by('PutOnHoldWorkOrderNotify', { '/message/summary': undefined }, second);
    expect(await order.timeline()).toEqual([
      {
        eventId: first,
        eventTimestamp: '2026-08-03T21:15:00.000Z',
        notificationType: 'CreateWorkOrderNotify',
        summary: 'New fibre connection, 14 Rangiora Avenue, Hamilton',
        status: 'ASSIGNED',
      },
      {
        eventId: second,
        eventTimestamp: '2026-08-09T21:15:00.000Z',
        notificationType: 'PutOnHoldWorkOrderNotify',
        status: 'ON_HOLD',
      },
    ]);
  });

  it('goes back from hold to what it was, also when that is not known yet', async () => {
    const order = await new Story(gateway).by('PutOnHoldWorkOrderNotify');
    expect(await order.now()).toMatchObject({ status: 'ON_HOLD', statusBeforeHold: 'UNKNOWN' });
    await order.by('ResumeWorkOrderNotify');
    expect((await order.now())['status']).toBe('UNKNOWN');
    await order.by('PutOnHoldWorkOrderNotify');
    await order.by('CreateWorkOrderNotify');
    expect(await order.now()).toMatchObject({ status: 'ON_HOLD', statusBeforeHold: 'ASSIGNED' });
    await order.by('ResumeWorkOrderNotify');
    expect(await order.now()).toMatchObject({ status: 'ASSIGNED' });
    expect(await order.now()).not.toHaveProperty('statusBeforeHold');
  });
});

it('the time of its last change never goes back, not even with the clock', async () => {
  const order = await new Story(gateway).by('CreateWorkOrderNotify');
  const future = '2999-12-31T00:00:00.000Z';
  await gateway.dataSource.query('UPDATE spg_work_order SET changed_at = $1 WHERE wonum = $2', [
    future,
    order.wonum,
  ]);
  await order.by('PutOnHoldWorkOrderNotify');
  expect(await order.now()).toMatchObject({ status: 'ON_HOLD', changedAt: future });
});

describe('a work order of which the creation has not come', () => {
  it('is incomplete until it comes', async () => {
    const order = await new Story(gateway).by('UpdateWorkOrderAdditionalInfosNotify');
    expect(await order.now()).toMatchObject({ status: 'UNKNOWN', incomplete: true, contacts: [], tasks: [] });
    await order.by('CreateWorkOrderNotify');
    expect(await order.now()).toMatchObject({
      status: 'ASSIGNED',
      incomplete: false,
      description: 'New fibre connection, single dwelling',
      additionalInfos: [{ id: 'WL-88121' }],
    });
  });

  it('is as if it had come in time when it comes late', async () => {
    const late = nextEventId();
    const order = await new Story(gateway).by('PutOnHoldWorkOrderNotify');
    await order.by('ResumeWorkOrderNotify');
    expect(await order.now()).toMatchObject({ status: 'UNKNOWN', incomplete: true });

    await order.by('CreateWorkOrderNotify', {}, late);

    expect(await order.now()).toMatchObject({ status: 'ASSIGNED', incomplete: false });
    expect(
      (await order.timeline()).map(({ notificationType, status }) => [notificationType, status]),
    ).toEqual([
      ['CreateWorkOrderNotify', 'ASSIGNED'],
      ['PutOnHoldWorkOrderNotify', 'ON_HOLD'],
      ['ResumeWorkOrderNotify', 'ASSIGNED'],
    ]);
  });
});

describe('what a notification adds', () => {
  it('replaces a reference of the same name, and leaves the others', async () => {
    const order = await new Story(gateway).by('CreateWorkOrderNotify');
    await order.by('UpdateWorkOrderSupplementaryReferencesNotify', {
      [`${WORKORDER}/supplementaryReferences`]: [
        { name: 'Service Id', value: 'new' },
        { name: 'PO Number', value: '1' },
        { name: 'PO Number', value: '2' },
        { name: 'po number', value: '3' },
      ],
    });
    expect((await order.now())['supplementaryReferences']).toMatchObject([
      { name: 'RSP Order', value: 'WB-2026-118204' },
      { name: 'Service Id', value: 'new' },
      { name: 'PO Number', value: '2' },
      { name: 'po number', value: '3' },
    ]);
  });

  it('is a worklog entry once: by its id, or by time and text when it has none', async () => {
    const entry = { createdDate: '2026-08-03T21:15:00Z', text: 'Kia ora' };
    const infos = [
      { ...entry, id: 'A' },
      { ...entry, id: 'A', text: 'again' },
      entry,
      { ...entry, id: null },
      { ...entry, text: 'other' },
      { ...entry, createdDate: '2026-08-03T21:16:00Z' },
    ];
    const order = new Story(gateway);
    for (let time = 0; time < 2; time += 1) {
      await order.by('UpdateWorkOrderAdditionalInfosNotify', { [`${WORKORDER}/additionalInfos`]: infos });
    }
    const kept = (await order.now())['additionalInfos'] as { id?: string; text: string }[];
    // Without an id it is the same as one with an id that says the same.
    expect(kept.map(({ id, text }) => [id, text])).toEqual([
      ['A', 'Kia ora'],
      [undefined, 'other'],
      [undefined, 'Kia ora'],
    ]);
  });

  it('is a file once, by its id', async () => {
    const file = { id: 'F', fileName: 'plan.pdf', mimeType: 'application/pdf', url: 'https://spg.example/F' };
    const files = [file, { ...file, fileName: 'again.pdf' }, { ...file, id: 'G' }];
    const order = await new Story(gateway).by('UpdateWorkOrderFileAttachmentsNotify', {
      [`${WORKORDER}/fileAttachments`]: files,
    });
    await order.by('UpdateWorkOrderFileAttachmentsNotify', { [`${WORKORDER}/fileAttachments`]: files });
    expect((await order.now())['fileAttachments']).toMatchObject([
      { id: 'F', fileName: 'plan.pdf' },
      { id: 'G', fileName: 'plan.pdf' },
    ]);
  });
});

/** With null for each optional member, at all levels; a file keeps its address, which is there or its content is. */
function nulled(type: Class, json: Record<string, unknown>): Record<string, unknown> {
  const fields = fieldsOf(type);
  const members = Object.entries(json).map(([name, value]): [string, unknown] => {
    const nested = fields.find((field) => field.name === name)?.nested;
    if (!nested) return [name, value];
    const inner = (item: unknown): unknown => nulled(nested(), item as Record<string, unknown>);
    return [name, Array.isArray(value) ? value.map(inner) : inner(value)];
  });
  const optional = fields.filter(
    ({ name }) => name !== 'url' && !fields.some((field) => field.name === name && field.required),
  );
  return { ...Object.fromEntries(members), ...Object.fromEntries(optional.map(({ name }) => [name, null])) };
}

it('a work order has no null, whatever of its notifications was null', async () => {
  const { wonum } = new Story(gateway);
  for (const type of LIFE_OF_A_WORK_ORDER) {
    const body = notification(type, { wonum, eventId: nextEventId() });
    const text = JSON.stringify(body).replace(/"content":"[^"]*"/, '"url":"https://spg.example/F"');
    const sent = nulled(NOTIFICATION_TYPES[type].envelope, JSON.parse(text) as Record<string, unknown>);
    expect(JSON.stringify(sent)).toContain('null');
    expect((await send(gateway, sent)).body).toMatchObject({ status: 'accepted' });
  }
  await gateway.settle('spg-projector');
  for (const path of [wonum, `${wonum}/timeline`]) {
    const { body } = await read(gateway, `/spg/work-orders/${path}`);
    expect(JSON.stringify(body)).toContain('"eventId"');
    expect(JSON.stringify(body)).not.toContain('null');
  }
});

it('a work order of which nothing has come is not there', async () => {
  for (const path of [
    '/spg/work-orders/WO-NONE',
    '/spg/work-orders/WO-NONE/timeline',
    '/spg/work-orders/%00',
  ]) {
    expect(await read(gateway, path)).toMatchObject({
      status: 404,
      body: { type: 'urn:problem-type:karere:spg-unknown-work-order', status: 404 },
    });
  }
});
