import { randomUUID } from 'node:crypto';
import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { ask, read } from './support/http';
import { INNER, itasMessage, push } from './support/itas-message';
import { refuseRows } from './support/refuse-rows';
import { rowCounts } from './support/rows';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** What was written while something was done. */
async function written(
  work: () => Promise<void>,
): Promise<{ messages: number; events: number; dead: number }> {
  const before = await rowCounts(gateway.dataSource);
  await work();
  const after = await rowCounts(gateway.dataSource);
  const grown = (table: string): number => (after[table] ?? 0) - (before[table] ?? 0);
  return {
    messages: grown('itas_message'),
    events: grown('domain_event'),
    dead: grown('itas_dead_letter'),
  };
}

const ONCE = { messages: 1, events: 1, dead: 0 };
const NOTHING = { messages: 0, events: 0, dead: 0 };

describe('a message that is pushed again', () => {
  it('is a duplicate, and nothing is written', async () => {
    const message = itasMessage('TID-013');
    expect(await written(async () => void (await push(gateway, message)))).toEqual(ONCE);
    const again = async (): Promise<void> => {
      expect(await push(gateway, message)).toMatchObject({
        status: 200,
        body: { messageId: message['MessageId'], status: 'duplicate' },
      });
    };
    expect(await written(again)).toEqual(NOTHING);
  });

  it.each([
    ['under another lock', { '/LockId': randomUUID() }],
    ['without a lock', { '/LockId': null }],
    ['with another result of the call', { '/ServiceResult': { Code: 1 } }],
  ])('%s is a duplicate', async (_case, changes) => {
    const message = itasMessage('TID-013');
    await push(gateway, message);
    const again = itasMessage('TID-013', { '/MessageId': message['MessageId'], ...changes });
    expect((await push(gateway, again)).body).toMatchObject({ status: 'duplicate' });
  });

  it('written otherwise is a duplicate: blanks, order of members, case of its id', async () => {
    const message = itasMessage('TID-013');
    await push(gateway, message);
    const reversed = Object.fromEntries(Object.entries(message).toReversed());
    expect((await push(gateway, JSON.stringify(reversed, null, 2))).body).toMatchObject({
      status: 'duplicate',
    });
    const shouted = { ...message, MessageId: String(message['MessageId']).toUpperCase() };
    expect((await push(gateway, shouted)).body).toEqual({
      messageId: message['MessageId'],
      status: 'duplicate',
    });
  });

  it('with another body is refused, and the first one stands', async () => {
    const message = itasMessage('TID-013');
    await push(gateway, message);
    const other = { ...message, CompanyCode: 'AA' };
    const refused = async (): Promise<void> => {
      expect(await push(gateway, other)).toMatchObject({
        status: 409,
        body: {
          type: 'urn:problem-type:karere:message-id-taken',
          detail: expect.stringContaining(String(message['MessageId'])) as string,
        },
      });
    };
    expect(await written(refused)).toEqual(NOTHING);
    const stored = await read(gateway, `/itas-events/messages/${String(message['MessageId'])}`, {
      scope: 'itas:read',
    });
    expect(stored.body).toMatchObject({ companyCode: 'GF' });
  });

  it('many times at the same moment is accepted once', async () => {
    const message = itasMessage('TID-014');
    const statuses: unknown[] = [];
    const race = async (): Promise<void> => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => push(gateway, message)));
      statuses.push(...answers.map(({ body }) => body['status']));
    };
    expect(await written(race)).toEqual(ONCE);
    expect(statuses.filter((status) => status === 'accepted')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'duplicate')).toHaveLength(19);
  });

  it('with other bodies at the same moment is accepted once, and refused otherwise', async () => {
    const message = itasMessage('TID-014');
    const race = async (): Promise<void> => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => push(gateway, { ...message, CompanyCode: `C${n}` })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
    };
    expect(await written(race)).toEqual(ONCE);
  });
});

describe('a message of a template that nobody knows', () => {
  it('is kept as a dead letter, once, and that is told', async () => {
    const message = itasMessage('TID-018', { '/MessageBody/TID': 'TID-099' });
    const before = await headOf(gateway);
    const keep = async (): Promise<void> => {
      const first = await push(gateway, message, { 'x-transaction-id': 'tx-99' });
      expect([first.status, first.body]).toEqual([
        200,
        {
          messageId: message['MessageId'],
          status: 'dead-lettered',
          deadLetterId: expect.stringMatching(/^\d+$/) as string,
        },
      ]);
      expect((await push(gateway, { ...message, LockId: randomUUID() })).body).toEqual(first.body);
    };
    expect(await written(keep)).toEqual({ messages: 0, events: 1, dead: 1 });
    expect(await eventsOf(gateway, before)).toMatchObject([
      {
        type: 'itas.message.dead-lettered',
        subject: message['MessageId'],
        correlationId: 'tx-99',
        data: {
          messageId: message['MessageId'],
          source: 'push',
          error: '/MessageBody/TID must be one of TID-002, TID-010, TID-013, TID-014, TID-018',
          attempts: 1,
        },
      },
    ]);
  });

  it('is refused when its envelope is not good either', async () => {
    const message = itasMessage('TID-018', { '/MessageBody/TID': 'TID-099', '/Topic': 'x' });
    const refused = async (): Promise<void> => {
      expect((await push(gateway, message)).status).toBe(400);
    };
    expect(await written(refused)).toEqual(NOTHING);
  });
});

describe('text that PostgreSQL can not hold', () => {
  it('is accepted, kept as it came and flagged', async () => {
    const text = JSON.stringify(itasMessage('TID-002', { [`${INNER}/Title`]: '@' })).replace(
      '"@"',
      String.raw`"a\u0000b\ud800"`,
    );
    const before = await headOf(gateway);
    const { body } = await push(gateway, text);
    expect(body).toMatchObject({ status: 'accepted' });
    const [event] = await eventsOf(gateway, before);
    expect(event?.data).toMatchObject({ title: 'a\u{FFFD}b\u{FFFD}' });
    const stored = await read(gateway, `/itas-events/messages/${String(body['messageId'])}`, {
      scope: 'itas:read',
    });
    expect(stored.body).toMatchObject({ repaired: true, original: text });
    expect((await push(gateway, text)).body).toMatchObject({ status: 'duplicate' });
  });

  it('in an unknown template is kept as a dead letter', async () => {
    const text = JSON.stringify(itasMessage('TID-018', { '/MessageBody/TID': '@' })).replace(
      '"@"',
      String.raw`"\u0000"`,
    );
    expect((await push(gateway, text)).body).toMatchObject({ status: 'dead-lettered' });
  });
});

it('a body that is none is refused', async () => {
  for (const nothing of ['', '{', 'null']) {
    const { status, body } = await push(gateway, nothing);
    expect([status, body['status']]).toEqual([400, 400]);
  }
});

it('a message that can not be stored is not accepted, and comes again', async () => {
  const message = itasMessage('TID-013');
  await refuseRows(gateway, 'domain_event', async () => {
    const refused = async (): Promise<void> => {
      expect((await push(gateway, message)).status).toBe(500);
    };
    expect(await written(refused)).toEqual(NOTHING);
  });
  expect((await push(gateway, message)).body).toMatchObject({ status: 'accepted' });
});

it('a push needs a token with the scope for it', async () => {
  const message = JSON.stringify(itasMessage('TID-013'));
  const url = `${gateway.url}/itas-events/messages`;
  const headers = { 'content-type': 'application/json' };
  const stranger = async (): Promise<void> => {
    expect((await ask(url, { method: 'POST', body: message, headers })).status).toBe(401);
    const { status } = await read(gateway, '/itas-events/messages', {
      method: 'POST',
      body: message,
      headers,
      scope: 'itas:read itas:admin events:publish',
    });
    expect(status).toBe(403);
  };
  expect(await written(stranger)).toEqual(NOTHING);
});
