import { attack } from './hostile/attack';
import { type Gateway, startGateway } from './support/gateway';
import { SPG_KEY } from './support/gateway';
import { technicianOf } from './support/followup';

const REQUESTS = 3000;
const ALL_SCOPES =
  'spg:read events:read events:admin events:publish itas:publish itas:read itas:admin bookings:read bookings:admin notifications:admin';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ env: { LOG_LEVEL: 'error' } });
});
afterAll(() => gateway.close());

/** `npm run test:hostile` sends a hundred times as many. */
it(`of ${REQUESTS} generated requests to all operations none is answered otherwise than documented`, async () => {
  const seed = Date.now() % 2 ** 31;
  const credentials = {
    'spg-key': { 'x-api-key': SPG_KEY },
    token: { authorization: `Bearer ${await gateway.token({ partyId: 'owner', scope: ALL_SCOPES })}` },
    'followup-token': { 'x-access-token': (await technicianOf(gateway)).token },
  };
  const { statuses, faults } = await attack({ url: gateway.url, credentials }, { requests: REQUESTS, seed });
  expect({ seed, faults: faults.slice(0, 5) }).toEqual({ seed, faults: [] });
  const counts = [...statuses.values()].flatMap((each) => [...each]);
  const sent = counts.reduce((sum, [, count]) => sum + count, 0);
  const good = counts.filter(([status]) => status < 300).reduce((sum, [, count]) => sum + count, 0);
  expect(sent).toBe(REQUESTS);
  // It would be no test of what lies behind the door if all were turned away.
  expect(good / sent).toBeGreaterThan(0.15);
  expect(gateway.logs).toEqual([]);
}, 60_000);
