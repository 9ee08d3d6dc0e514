import { poolOf } from '../src/database/pool';
import { Signal } from '../src/database/signal';
import { Claims } from '../src/delivery/claims';
import { Courses } from '../src/delivery/courses';
import { Delivery } from '../src/delivery/delivery';
import { Dispatcher } from '../src/delivery/dispatcher';
import { Outcomes } from '../src/delivery/outcomes';
import { createLogger } from '../src/logger';
import { queueActivations } from './support/activations';
import { createDatabase, dropDatabase } from './support/database';
import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { expectBalancedLedger } from './support/notification-ledger';
import { newParty, type Party } from './support/party';
import { attemptsOf, makeAllDue, notificationsOf } from './support/queue';
import { TcpProxy } from './support/tcp-proxy';
import { WebhookReceiver } from './support/webhook-receiver';

let databaseUrl: string;
let proxy: TcpProxy;
let gateway: Gateway;
let receiver: WebhookReceiver;
let party: Party;

beforeAll(async () => {
  databaseUrl = await createDatabase();
  proxy = await TcpProxy.to(databaseUrl);
  [gateway, receiver] = await Promise.all([
    startGateway({ databaseUrl: proxy.url }),
    WebhookReceiver.start(),
  ]);
});
beforeEach(async () => {
  party = await newParty(gateway, { callbackUri: receiver.url, errorStrategy: 'retry' });
});
afterEach(async () => {
  jest.restoreAllMocks();
  receiver.reset();
  await expectBalancedLedger(gateway.dataSource);
});
afterAll(async () => {
  await gateway.close();
  await receiver.close();
  await proxy.cut();
  await dropDatabase(databaseUrl);
});

function statesOf({ subscription }: Party) {
  return notificationsOf(gateway.dataSource, subscription);
}

/** The receiver answers when the database is gone. */
function answerWithoutDatabase(): Promise<void> {
  return new Promise((resolve) => {
    receiver.reply = (_request, response) => {
      receiver.reply = (_next, other) => other.end('again');
      void (async () => {
        await proxy.cut();
        response.end('once');
        resolve();
      })();
    };
  });
}

function isToWrite(query: unknown): boolean {
  return (query as { readonly name?: string }).name === 'delivery.record';
}

describe('a delivery whose outcome can not be written as the database is away', () => {
  it('is written when it is back, and is not delivered again', async () => {
    const asked = jest.spyOn(poolOf(gateway.dataSource), 'query');
    const answered = answerWithoutDatabase();
    await queueActivations(gateway, party.id);
    const delivering = gateway.deliver();
    await answered;
    await eventually(
      'it has been tried to write it, again and again',
      () => asked.mock.calls.filter(([query]) => isToWrite(query)).length,
      (attempts) => attempts >= 3,
    );
    await proxy.restore();
    await delivering;
    expect(await statesOf(party)).toMatchObject([{ status: 'sent', attempts: 1, isClaimed: false }]);
    expect(await attemptsOf(gateway.dataSource, party.subscription)).toMatchObject([{ answer: 'once' }]);
    await gateway.deliver();
    expect(receiver.received).toHaveLength(1);
  });

  it('is written no more when its lease is over: others have it then', async () => {
    const logs: string[] = [];
    const claims = new Claims(gateway.dataSource, {
      concurrency: 8,
      endpointConcurrency: 8,
      mailConcurrency: 1,
      leaseMs: 700,
      drainMs: 1000,
    });
    const logger = createLogger(gateway.config, { write: (line) => logs.push(line) });
    const courses = new Courses(claims, gateway.app.get(Delivery), gateway.app.get(Outcomes), logger);
    const dispatcher = new Dispatcher(claims, courses, new Signal(), logger);
    const answered = answerWithoutDatabase();
    await queueActivations(gateway, party.id);
    const delivering = dispatcher.runOnce();
    await answered;
    await delivering;
    await proxy.restore();
    expect(logs.join()).toContain('a delivery came to no outcome');
    expect(await statesOf(party)).toMatchObject([{ status: 'pending', attempts: 0, isClaimed: true }]);
    await makeAllDue(gateway.dataSource);
    await gateway.deliver();
    expect(await statesOf(party)).toMatchObject([{ status: 'sent', attempts: 1 }]);
    expect(await attemptsOf(gateway.dataSource, party.subscription)).toMatchObject([{ answer: 'again' }]);
  });
});

it('a dispatcher that can not reach the database goes on when it is back', async () => {
  const dispatcher = gateway.app.get(Dispatcher);
  dispatcher.start();
  await proxy.cut();
  await eventually(
    'it has noticed',
    () => gateway.logs.some(({ msg }) => msg === 'the dispatcher can not claim; trying again'),
    (hasNoticed) => hasNoticed,
  );
  await proxy.restore();
  await queueActivations(gateway, party.id);
  await eventually(
    'it is delivered',
    () => statesOf(party),
    ([state]) => state?.status === 'sent',
  );
  await dispatcher.stop();
  expect(receiver.received).toHaveLength(1);
});
