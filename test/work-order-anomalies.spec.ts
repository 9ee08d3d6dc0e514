import type { NotificationType } from '../src/spg/notification-types';
import { type Gateway, startGateway } from './support/gateway';
import { read } from './support/http';
import { Story } from './support/story';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const WORKORDER = '/payload/workorder';

describe('what does not fit is recorded and never refused', () => {
  it.each<[string, NotificationType[], string[]]>([
    [
      'a second creation',
      ['CreateWorkOrderNotify', 'CreateWorkOrderNotify'],
      ['created again; the first creation stands'],
    ],
    [
      'a second hold',
      ['PutOnHoldWorkOrderNotify', 'PutOnHoldWorkOrderNotify'],
      ['put on hold while it is on hold'],
    ],
    [
      'a resume of what was not on hold',
      ['CreateWorkOrderNotify', 'ResumeWorkOrderNotify'],
      ['resumed though it is ASSIGNED, not ON_HOLD'],
    ],
    [
      'a hold after the end',
      ['CancelWorkOrderNotify', 'PutOnHoldWorkOrderNotify'],
      ['put on hold though it is CANCELLED'],
    ],
    [
      'a resume after the end',
      ['CloseWorkOrderNotify', 'ResumeWorkOrderNotify'],
      ['resumed though it is CLOSED, not ON_HOLD'],
    ],
    [
      'a second end',
      ['CancelWorkOrderNotify', 'CloseWorkOrderNotify'],
      ['CLOSED though it is CANCELLED already'],
    ],
    [
      'a task after the end',
      ['CloseWorkOrderNotify', 'AddTaskNotify'],
      ['task 30 added though the work order is CLOSED'],
    ],
    [
      'a task that is closed twice',
      ['AddTaskNotify', 'CloseTaskNotify', 'CloseTaskNotify'],
      ['task 20 was never added', 'task 20 closed again; the first closure stands'],
    ],
    [
      'a task that is added twice',
      ['AddTaskNotify', 'AddTaskNotify'],
      ['task 30 added again; the first one stands'],
    ],
    [
      'something about a task that nobody added',
      ['UpdateTaskFileAttachmentsNotify'],
      ['task 20 was never added'],
    ],
  ])('%s', async (_case, types, anomalies) => {
    const order = new Story(gateway);
    for (const type of types) await order.by(type);
    expect(await order.anomalies()).toEqual(anomalies);
    const { body } = await read(gateway, `/spg/work-orders?text=${order.wonum}`);
    const listed = (body['items'] as { wonum: string; anomalies: number }[]).find(
      ({ wonum }) => wonum === order.wonum,
    );
    expect(listed?.anomalies).toBe(anomalies.length);
  });

  it('a closed task stays closed, and its redo is another task', async () => {
    const order = await new Story(gateway).by('CreateWorkOrderNotify');
    await order.by('CloseTaskNotify');
    await order.by('CloseTaskNotify', { [`${WORKORDER}/tasks/0/outcome`]: 'Complete' });
    await order.by('AddTaskNotify');
    const tasks = (await order.now())['tasks'] as { taskid: string; closure?: { outcome: string } }[];
    expect(tasks.map(({ taskid, closure }) => [taskid, closure?.outcome])).toEqual([
      ['10', undefined],
      ['20', 'Incomplete'],
      ['30', undefined],
    ]);
  });

  it('a task that was only mentioned is described when it is added', async () => {
    const order = await new Story(gateway).by('CloseTaskNotify', { [`${WORKORDER}/tasks/0/taskid`]: '30' });
    await order.by('AddTaskNotify');
    expect((await order.now())['tasks']).toMatchObject([
      { taskid: '30', sequence: 3, closure: { outcome: 'Incomplete' } },
    ]);
    expect(await order.anomalies()).toEqual(['task 30 was never added']);
  });
});
