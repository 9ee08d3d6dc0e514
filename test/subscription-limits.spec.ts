import { Expiry } from '../src/tuatahi/expiry.service';
import { type Gateway, startGateway } from './support/gateway';
import type { Answer } from './support/http';
import { expectProblem } from './support/problem';
import { rowCounts } from './support/rows';
import { Subscriber, subscriptionTo } from './support/subscriber';

const LIMITS = {
  MAX_SUBSCRIPTIONS_PER_PARTY: '3',
  MAX_CHANNELS_PER_SUBSCRIPTION: '3',
  MAX_ATTRIBUTES_PER_FILTER: '4',
  WEBHOOK_ALLOWED_NETWORKS: '10.1.0.0/16, fd12::/16',
  WEBHOOK_ALLOW_HTTP: 'false',
};

/** Two replicas on one database, as strict as can be. */
let gateway: Gateway;
let replica: Gateway;
/** Each test has a party of its own. */
let subscriber: Subscriber;
let parties = 0;

beforeAll(async () => {
  gateway = await startGateway({ env: LIMITS });
  replica = await startGateway({ env: LIMITS, databaseUrl: gateway.databaseUrl });
});
afterAll(async () => {
  await replica.close();
  await gateway.close();
});
beforeEach(() => {
  parties += 1;
  subscriber = new Subscriber(gateway, `rsp-${parties}`);
});

function hook(path: string | number): object {
  return subscriptionTo(`https://hooks.example.co.nz/${path}`);
}

/** Asks for a subscription that is not made. */
async function refused(request: object): Promise<Answer> {
  const before = await rowCounts(gateway.dataSource);
  const answer = await subscriber.ask('POST', '/subscriptions', request);
  expect(await rowCounts(gateway.dataSource)).toEqual(before);
  return answer;
}

describe('subscriptions of a party', () => {
  it('are as many as the limit, and no more until one is deleted', async () => {
    const [first] = [
      await subscriber.subscribe(hook(1)),
      await subscriber.subscribe(hook(2)),
      await subscriber.subscribe(hook(3)),
    ];
    const answer = await refused(hook(4));
    expectProblem(answer, '409 too-many-subscriptions');
    expect(answer.body['detail']).toBe(
      'A party may have 3 subscriptions. Expired ones count: see GET /tuatahi/subscriptions, and DELETE one.',
    );

    await new Subscriber(gateway, 'somebody-else').subscribe(hook(4));
    await subscriber.ask('DELETE', `/subscriptions/${first.id}`);
    await subscriber.subscribe(hook(4));
    expectProblem(await refused(hook(5)), '409 too-many-subscriptions');
  });

  it('count until they are deleted, expired or not', async () => {
    for (const path of [1, 2, 3]) await subscriber.subscribe(hook(path));
    await gateway.app.get(Expiry).expireDue(new Date(Date.now() + 400 * 86_400_000));
    const { body } = await subscriber.ask('GET', '/subscriptions');
    expect(Object.values(body)).toMatchObject([
      { state: 'expired' },
      { state: 'expired' },
      { state: 'expired' },
    ]);
    expectProblem(await refused(hook(4)), '409 too-many-subscriptions');
  });

  it('are not more than the limit, however many are asked for at once on two replicas', async () => {
    const askers = [gateway, replica].map((where) => new Subscriber(where, subscriber.partyId));
    await subscriber.subscribe(hook('first'));
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all(
        [0, 1, 2, 3].flatMap((path) =>
          askers.map((asker, at) => asker.ask('POST', '/subscriptions', hook(`${round}/${path}/${at}`))),
        ),
      );
      const made = answers.filter(({ status }) => status === 201);
      expect(made).toHaveLength(2);
      for (const answer of answers.filter((one) => !made.includes(one))) {
        expectProblem(answer, '409 too-many-subscriptions');
      }
      for (const { body } of made) await subscriber.ask('DELETE', `/subscriptions/${String(body['id'])}`);
    }
  });
});

describe('channels of a subscription', () => {
  const webhooks = (count: number): object[] =>
    Array.from({ length: count }, (_, n) => ({ callbackUri: `https://hooks.example.co.nz/${n}` }));
  const emails = Array.from({ length: 10 }, (_, n) => ({ email: `noc-${n}@example.co.nz` }));

  it.each([
    ['webhooks alone', { webhook: webhooks(3) }, { webhook: webhooks(4) }],
    [
      'webhooks and addresses, which are one channel',
      { webhook: webhooks(2), email: emails },
      { webhook: webhooks(3), email: emails },
    ],
  ])('are as many as the limit and no more: %s', async (_case, most, tooMany) => {
    const answer = await refused({ ...hook(1), notificationChannels: tooMany });
    expectProblem(answer, '400 invalid-input', '/notificationChannels limit');
    expect(answer.body['errors']).toMatchObject([{ detail: 'must have at most 3 channels' }]);
    await subscriber.subscribe({ ...hook(1), notificationChannels: most });
  });
});

describe('attributes of a filter', () => {
  it.each([
    ['in one entry', [{ status: 'a', error: 'a', orderID: 'a', errorCode: 'a' }], [{ opticalStatus: 'a' }]],
    ['in several', [{ status: 'a' }, { status: 'b' }, { status: 'c' }, { status: 'd' }], [{ status: 'e' }]],
    [
      'of which some are negated',
      [{ status: 'a', __not__: { status: 'b', error: 'c' } }, { __not__: { error: 'd' } }],
      [{ __not__: { error: 'e' } }],
    ],
    ['said twice', [{ status: 'a' }, { status: 'a' }, { status: 'a' }, { status: 'a' }], [{ status: 'a' }]],
  ])('are as many as the limit and no more: %s', async (_case, most, oneMore) => {
    const request = (attributes: readonly object[]): object => ({
      ...hook(1),
      eventType: 'ONTActivation',
      filters: { target: 'my', attributes },
    });
    const answer = await refused(request([...most, ...oneMore]));
    expectProblem(answer, '400 invalid-input', '/filters/attributes limit');
    expect(answer.body['errors']).toMatchObject([
      { detail: 'must have at most 4 attributes in all entries together' },
    ]);
    await subscriber.subscribe(request(most));
  });
});

describe('a callback', () => {
  const place = '/notificationChannels/webhook/0/callbackUri callbackUri';

  async function refusalOf(callbackUri: string): Promise<string> {
    const answer = await refused(subscriptionTo(callbackUri));
    expectProblem(answer, '400 invalid-input', place);
    const [{ detail } = { detail: '' }] = answer.body['errors'] as { detail: string }[];
    return detail;
  }

  it.each([
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '0177.0.0.1',
    '2130706433',
    '017700000001',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '１２７。0。0。1',
    '0',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '10.0.0.1',
    '10.2.0.1',
    '167772161',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '0xa9fea9fe',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '224.0.0.1',
    '255.255.255.255',
  ])('to https://%s/ is refused', async (host) => {
    expect(await refusalOf(`https://${host}/`)).toMatch(
      /^must name a host on the public internet: \S+ is (a|the|not a) /,
    );
    expect(await refusalOf(`https://${host}:8443/hook?x=1`)).toMatch(/^must name a host on the public /);
  });

  it.each(['http://hooks.example.co.nz/', 'http://10.1.2.3/', 'HTTP://8.8.8.8/'])(
    'by plain http is refused: %s',
    async (callbackUri) => {
      expect(await refusalOf(callbackUri)).toBe('must begin with https://');
    },
  );

  it('is told of beside the good ones', async () => {
    const answer = await refused({
      ...hook(1),
      notificationChannels: {
        webhook: ['https://hooks.example.co.nz/', 'https://10.0.0.1/', 'http://8.8.8.8/'].map(
          (callbackUri) => ({
            callbackUri,
          }),
        ),
      },
    });
    expectProblem(answer, '400 invalid-input', place.replace('0', '1'), place.replace('0', '2'));
  });

  it.each([
    'https://hooks.example.co.nz/',
    'https://hooks.exämple.nz:8443/?a=b',
    'https://8.8.8.8/',
    'https://10.1.2.3/',
    'https://167838211/',
    'https://[2606:4700::1111]/',
    'https://[fd12::1]/',
    'https://[::ffff:10.1.0.1]/',
  ])('to what is public or allowed is taken: %s', async (callbackUri) => {
    const { notificationChannels } = await subscriber.subscribe(subscriptionTo(callbackUri));
    expect(notificationChannels.webhook).toMatchObject([{ webhook: [{ callbackUri }] }]);
  });
});
