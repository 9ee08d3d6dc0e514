import { eventually } from './support/eventually';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';

/** A forged address, that of the client, and those of two balancers, of which the second one is before us. */
const WAY = '192.0.2.66, 192.0.2.7, 10.0.0.1';

const LOOPBACK = /^(::ffff:)?127\.0\.0\.1$/;

let first: Gateway;
const started: Gateway[] = [];

async function start(env: Record<string, string>): Promise<Gateway> {
  const gateway = await startGateway({ env, ...(first && { databaseUrl: first.databaseUrl }) });
  started.push(gateway);
  return gateway;
}

beforeAll(async () => {
  first = await start({});
});
afterAll(async () => {
  for (const gateway of started.toReversed()) await gateway.close();
});

function askOf(gateway: Gateway, way: string) {
  return ask(`${gateway.url}/nothing`, { headers: { 'x-forwarded-for': way } });
}

/** The client of that request, as the access log tells it. */
async function clientSeenBy(gateway: Gateway, way: string): Promise<unknown> {
  const { headers } = await askOf(gateway, way);
  const line = await eventually(
    'it is logged',
    () => gateway.logs.find(({ transactionId }) => transactionId === headers['x-transaction-id']),
    (found) => found !== undefined,
  );
  return line?.['client'];
}

describe('the address of the client', () => {
  it('is that of the connection, whatever is said, when no balancer is trusted', async () => {
    expect(await clientSeenBy(first, WAY)).toMatch(LOOPBACK);
  });

  it.each([
    ['1', '10.0.0.1'],
    ['2', '192.0.2.7'],
    ['loopback', '10.0.0.1'],
    ['loopback, 10.0.0.0/8', '192.0.2.7'],
  ])('is with TRUST_PROXY=%s the one that the trusted have seen', async (trusted, client) => {
    expect(await clientSeenBy(await start({ TRUST_PROXY: trusted }), WAY)).toBe(client);
  });
});

describe('the limit of requests', () => {
  it('is for each client, not for the balancer that all of them come through', async () => {
    const gateway = await start({ TRUST_PROXY: '2', RATE_LIMIT_PER_SECOND: '20' });
    const wild = await Promise.all(Array.from({ length: 60 }, () => askOf(gateway, WAY)));
    expect(wild.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    // Who says that he is somebody else is known all the same.
    const forged = await Promise.all(
      Array.from({ length: 60 }, (_, n) => askOf(gateway, `192.0.2.${n}, 192.0.2.7, 10.0.0.1`)),
    );
    expect(forged.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    expect((await askOf(gateway, '192.0.2.8, 10.0.0.1')).status).toBe(404);
  });
});
