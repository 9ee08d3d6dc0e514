import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { arriveAndLook, type Gap } from './support/gaps';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask, read } from './support/http';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  // Of every third number, so that two are missing each time; the first gaps confirmed, one of them healed.
  await arriveAndLook(gateway, ...Array.from({ length: 6 }, (_, n) => 3 * n));
  await gateway.app.get(GapConfirmation).confirmOverdue(new Date('2999-01-01'));
  await arriveAndLook(gateway, 4, 5);
  await arriveAndLook(gateway, ...Array.from({ length: 6 }, (_, n) => 18 + 3 * n));
});
afterAll(() => gateway.close());

function list(query = ''): Promise<Answer> {
  return read(gateway, `/spg/gaps?${query}`);
}

function rangesOf({ body }: Answer): string[] {
  return (body['items'] as Gap[]).map(({ from, to }) => `${from}-${to}`);
}

const ALL = ['31-32', '28-29', '25-26', '22-23', '19-20', '16-17', '13-14', '10-11', '7-8', '4-5', '1-2'];

describe('the list of gaps', () => {
  it('has the newest first', async () => {
    const answer = await list();
    expect(rangesOf(answer)).toEqual(ALL);
    expect(answer.body).not.toHaveProperty('nextCursor');
  });

  it.each([
    ['opened', ALL.slice(0, 6)],
    ['confirmed', ['13-14', '10-11', '7-8', '1-2']],
    ['healed', ['4-5']],
  ])('can be of those that are %s', async (state, expected) => {
    expect(rangesOf(await list(`state=${state}`))).toEqual(expected);
  });

  it.each([1, 2, 5, 10, 11, 12])('comes in pages of %i that are together the whole', async (limit) => {
    const seen: string[] = [];
    let query = `limit=${limit}`;
    for (let cursor: unknown = 'first'; cursor !== undefined;) {
      const answer = await list(query);
      seen.push(...rangesOf(answer));
      cursor = answer.body['nextCursor'];
      query = `limit=${limit}&cursor=${String(cursor)}`;
    }
    expect(seen).toEqual(ALL);
  });

  it.each([
    'state=open',
    'state=',
    'limit=0',
    'limit=501',
    'cursor=x',
    `cursor=${key('x')}`,
    `cursor=${key('9223372036854775808')}`,
  ])('can not be asked with %s', async (query) => {
    expect(await list(query)).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: `?${query.split('=')[0]}` }] },
    });
  });

  it('is for those who may read', async () => {
    expect((await ask(`${gateway.url}/spg/gaps`)).status).toBe(401);
    expect((await read(gateway, '/spg/gaps', { scope: 'events:admin' })).status).toBe(403);
    expect((await read(gateway, '/spg/gaps', { scope: 'spg:read' })).status).toBe(200);
  });
});

/** A cursor that this list might have given out. */
function key(id: string): string {
  return Buffer.from(JSON.stringify([id])).toString('base64url');
}
