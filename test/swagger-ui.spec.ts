import type { Browser } from 'playwright-core';
import { activation } from './support/activations';
import { chromiumPath, HOW_TO_GET_CHROMIUM, openBrowser } from './support/browser';
import { describeWith } from './support/describe-with';
import { failToDeliver } from './support/failed';
import { type Gateway, SPG_KEY, startGateway } from './support/gateway';
import { ReplayClock } from './support/replays';
import { subscriptionTo } from './support/subscriber';
import { SwaggerPage } from './support/swagger-page';
import { WebhookReceiver } from './support/webhook-receiver';

const CHROMIUM = { path: chromiumPath, missing: HOW_TO_GET_CHROMIUM };

describeWith(CHROMIUM, 'Swagger UI in a browser', () => {
  let gateway: Gateway;
  let receiver: WebhookReceiver;
  let browser: Browser;
  let swagger: SwaggerPage;

  beforeAll(async () => {
    [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
    browser = await openBrowser(chromiumPath ?? '');
    swagger = await SwaggerPage.open(await browser.newPage(), gateway.url);
    await swagger.authorize({
      'spg-key': SPG_KEY,
      '(http, Bearer)': await gateway.token({ partyId: 'owner', scope: 'spg:read events:admin' }),
    });
  });

  afterAll(async () => {
    await browser?.close();
    await receiver?.close();
    await gateway?.close();
  });

  it('executes the example of a notification and shows that it was accepted', async () => {
    expect(await swagger.execute('POST', '/spg/notification')).toEqual({
      status: '200',
      body: expect.stringContaining('"status": "accepted"') as string,
    });
  });

  it('executes a read with the bearer token and shows what has come', async () => {
    await gateway.settle();
    expect(await swagger.execute('GET', '/spg/work-orders')).toEqual({
      status: '200',
      body: expect.stringContaining('"wonum": "WO-1048576"') as string,
    });
  });

  it.each(['/spg/work-orders/{wonum}', '/spg/work-orders/{wonum}/timeline', '/spg/notifications/{eventId}'])(
    'has an example in %s that finds what was just sent',
    async (path) => {
      expect((await swagger.execute('GET', path)).status).toBe('200');
    },
  );

  it('finds a notification that failed, shows why, tells what a replay would send, sends it, and shows that', async () => {
    const created = await swagger.execute('POST', '/tuatahi/subscriptions', {
      body: subscriptionTo(`${receiver.url}/hook`, { eventType: 'ONTActivation' }),
    });
    expect(created.status).toBe('201');
    await failToDeliver(gateway, receiver, activation(['owner']));

    const failed = await swagger.execute('GET', '/tuatahi/notifications', { parameters: { status: 'fail' } });
    const [notification = ''] = idsIn(failed.body);
    const one = await swagger.execute('GET', '/tuatahi/notifications/{id}', {
      parameters: { id: notification },
    });
    expect(one.body).toContain('"status": 404');

    const request = { status: 'fail', event: { createdFrom: '2026-01-01T00:00:00Z' }, limit: 10 };
    const dryRun = await swagger.execute('POST', '/tuatahi/notifications/replay', {
      body: { ...request, dryRun: true },
    });
    expect(dryRun.body).toMatch(/"sent": 1,[^]*"status": "DryRun"/);
    expect(receiver.received).toEqual([]);

    const run = await swagger.execute('POST', '/tuatahi/notifications/replay', {
      body: { ...request, dryRun: false },
    });
    expect(run.status).toBe('200');
    const [id = ''] = idsIn(run.body);
    const progress = { parameters: { id } };
    expect((await swagger.execute('GET', '/tuatahi/replays/{id}', progress)).body).toContain(
      '"state": "running"',
    );
    await new ReplayClock(gateway).finish();
    expect((await swagger.execute('GET', '/tuatahi/replays/{id}', progress)).body).toMatch(
      /"state": "done"[^]*"sent": 1/,
    );
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([notification]);

    const sent = await swagger.execute('GET', '/tuatahi/notifications', { parameters: { status: 'sent' } });
    expect(idsIn(sent.body)).toContain(notification);
    // A page that is used so often takes its time on a machine that has other things to do.
  }, 90_000);

  it('opens without an error in the console', () => {
    expect(swagger.problems).toEqual([]);
  });
});

/** Those of the JSON on the page, outermost first. */
function idsIn(body: string): string[] {
  return [...body.matchAll(/"id": "([\da-f-]{36})"/g)].map(([, id]) => id ?? '');
}
