import { connect } from 'node:net';
import { startGateway, type Gateway, SPG_KEY } from './support/gateway';
import { ask, read, send } from './support/http';
import { exampleOf } from '../src/spg/dto/examples';

let gateway: Gateway;
beforeAll(async () => { gateway = await startGateway(); });
afterAll(() => gateway.close());
const show = (label: string, a: { status: number; bytes: Buffer; headers: any }) => process.stdout.write(`${label}: ${a.status} ${a.bytes.toString().slice(0, 400)} conn=${a.headers.connection}\n`);
it('x', async () => {
  show('ok', await send(gateway, exampleOf('CreateWorkOrderNotify')));
  show('token', await send(gateway, '{"a": x}'));
  const bom = Buffer.concat([Buffer.from([0xef,0xbb,0xbf]), Buffer.from(JSON.stringify(exampleOf('AddTaskNotify')))]);
  show('bom', await send(gateway, bom));
  show('nobom', await send(gateway, exampleOf('AddTaskNotify')));
  await gateway.settle();
  for (const p of ['/spg/work-orders/%00','/spg/work-orders?text=%00','/spg/work-orders?cursor='+Buffer.from('["x","y"]').toString('base64url'),
   '/spg/gaps?cursor='+Buffer.from('["x"]').toString('base64url'),'/domain-events/parked?cursor='+Buffer.from('["x"]').toString('base64url'),
   '/spg/work-orders?constructor=1','/spg/work-orders?__proto__=1','/spg/work-orders?toString=1&hasOwnProperty=2&then=3','/spg/work-orders?limit=1&limit=2','/spg/work-orders?limit=','/spg/work-orders?status=','/spg/work-orders?status[]=x','/nope','/spg/notification', '/spg/work-orders/%E0%A4%A','/spg/work-orders?text=%E0%A4%A', "/spg/work-orders?text='%5C%27%26", '/spg/notifications/9999999999999999999','/spg/work-orders?text=%20%20','/spg/work-orders?changedSince=2026-02-30T00:00:00Z', '/spg/work-orders?changedSince=2026-02-28t00:00Z','/spg/work-orders?changedSince=2026-02-28%2000:00Z']) show(p, await read(gateway, p));
  for (const l of gateway.logs) if (l['level'] === 'error') process.stdout.write(JSON.stringify(l).slice(0,600)+'\n');
  gateway.logs.length = 0;
  // client leaves
  const runner = gateway.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query('LOCK TABLE spg_notification');
  const body = JSON.stringify(exampleOf('CloseTaskNotify'));
  const { port } = new URL(gateway.url);
  await new Promise<void>((resolve) => {
    const s = connect(Number(port), '127.0.0.1', () => {
      s.write(`POST /spg/notification HTTP/1.1\r\nHost: x\r\nx-api-key: ${SPG_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      setTimeout(() => { s.destroy(); resolve(); }, 100);
    });
  });
  await new Promise((r) => setTimeout(r, 100));
  process.stdout.write(JSON.stringify(gateway.logs)+'\n');
  await runner.rollbackTransaction(); await runner.release();
  await new Promise((r) => setTimeout(r, 200));
  process.stdout.write(JSON.stringify(gateway.logs)+'\n');
  // half body
  gateway.logs.length = 0;
  await new Promise<void>((resolve) => {
    const s = connect(Number(port), '127.0.0.1', () => {
      s.write(`POST /spg/notification HTTP/1.1\r\nHost: x\r\nx-api-key: ${SPG_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0,50)}`);
      setTimeout(() => { s.destroy(); resolve(); }, 100);
    });
  });
  await new Promise((r) => setTimeout(r, 200));
  process.stdout.write(JSON.stringify(gateway.logs)+'\n');
  expect(1).toBe(1);
});
