import { eventsOf, headOf } from './support/events';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask, read } from './support/http';
import { itasMessage, push } from './support/itas-message';
import { refuseRows } from './support/refuse-rows';
import { rowCounts } from './support/rows';

type Json = Record<string, unknown>;

const UNKNOWN = '/MessageBody/TID must be one of TID-002, TID-010, TID-013, TID-014, TID-018';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => gateway.dataSource.query('TRUNCATE itas_message, itas_dead_letter RESTART IDENTITY'));
afterAll(() => gateway.close());

/** A message of a template that nobody knows, kept as a dead letter. */
async function keep(): Promise<{ id: string; message: Json; text: string }> {
  const message = itasMessage('TID-013', { '/MessageBody/TID': 'TID-099' });
  const text = JSON.stringify(message, null, 2);
  const { body } = await push(gateway, text);
  return { id: String(body['deadLetterId']), message, text };
}

function get(path: string): Promise<Answer> {
  return read(gateway, `/itas-events/dead-letters${path}`, { scope: 'itas:read' });
}

async function post(path: string, body?: object | string): Promise<Answer> {
  const authorization = `Bearer ${await gateway.token({ scope: 'itas:admin', clientId: 'noc' })}`;
  const headers = {
    authorization,
    'x-transaction-id': 'tx-noc',
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  return ask(`${gateway.url}/itas-events/dead-letters${path}`, {
    method: 'POST',
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** As if this version of ours could read what it could not before. */
async function mend(id: string): Promise<void> {
  await gateway.dataSource.query(
    `UPDATE itas_dead_letter SET body = convert_to(replace(convert_from(body, 'UTF8'), 'TID-099', 'TID-013'), 'UTF8')
     WHERE id = $1`,
    [id],
  );
}

describe('a dead letter', () => {
  it('is listed with what is wrong, and read with what came', async () => {
    const { id, message, text } = await keep();
    const letter = {
      id,
      messageId: message['MessageId'],
      source: 'push',
      error: UNKNOWN,
      attempts: 1,
      state: 'open',
      transactionId: expect.any(String) as string,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    };
    expect((await get('')).body).toEqual({ items: [letter] });
    expect((await get(`/${id}`)).body).toEqual({ ...letter, original: text });
  });

  it('is listed with the newest first, page by page, and by its state', async () => {
    const [first, second, third] = [await keep(), await keep(), await keep()];
    await post(`/${second.id}/discard`, { reason: 'a test' });
    const idsOf = ({ body }: Answer): unknown[] => (body['items'] as { id: string }[]).map(({ id }) => id);
    const page = await get('?limit=2');
    expect(idsOf(page)).toEqual([third.id, second.id]);
    const last = await get(`?limit=2&cursor=${String(page.body['nextCursor'])}`);
    expect([idsOf(last), last.body['nextCursor']]).toEqual([[first.id], undefined]);
    expect(idsOf(await get('?state=open'))).toEqual([third.id, first.id]);
    expect(idsOf(await get('?state=discarded'))).toEqual([second.id]);
    expect(idsOf(await get('?state=taken-in'))).toEqual([]);
  });

  it.each(['?state=closed', '?limit=0', '?cursor=x', '/x', '/9223372036854775808'])(
    'is not found by %s',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 400 });
    },
  );

  it('that is unknown is unknown to all', async () => {
    for (const answer of [
      await get('/7'),
      await post('/7/retry'),
      await post('/7/discard', { reason: 'x' }),
    ]) {
      expect(answer).toMatchObject({
        status: 404,
        body: { type: 'urn:problem-type:karere:unknown-dead-letter' },
      });
    }
  });
});

describe('POST /itas-events/dead-letters/{id}/retry', () => {
  it('takes the message in once it can be read, and closes the dead letter', async () => {
    const { id, message } = await keep();
    await mend(id);
    const before = await headOf(gateway);
    const { status, body } = await post(`/${id}/retry`);
    expect([status, body]).toEqual([200, { messageId: message['MessageId'], status: 'accepted' }]);
    expect(await eventsOf(gateway, before)).toMatchObject([
      { type: 'itas.accounting-document.changed', correlationId: 'tx-noc', subject: 'INV-20871' },
    ]);
    expect((await get(`/${id}`)).body).toMatchObject({
      state: 'taken-in',
      closedBy: 'noc',
      closedAt: expect.any(String) as string,
    });
    expect(await rowCounts(gateway.dataSource)).toMatchObject({ itas_message: 1, itas_dead_letter: 1 });
  });

  it('counts that it failed again, says why, and leaves it', async () => {
    const { id } = await keep();
    const before = await rowCounts(gateway.dataSource);
    expect(await post(`/${id}/retry`)).toMatchObject({
      status: 409,
      body: {
        type: 'urn:problem-type:karere:dead-letter-failed-again',
        detail: UNKNOWN,
        errors: [{ pointer: '/MessageBody/TID' }],
      },
    });
    expect((await get(`/${id}`)).body).toMatchObject({ state: 'open', attempts: 2, error: UNKNOWN });
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('takes a corrected message in its place', async () => {
    const { id, text, message } = await keep();
    const corrected = text.replace('TID-099', 'TID-013');
    expect((await post(`/${id}/retry`, corrected)).body).toMatchObject({ status: 'accepted' });
    const stored = await read(gateway, `/itas-events/messages/${String(message['MessageId'])}`, {
      scope: 'itas:read',
    });
    expect(stored.body).toMatchObject({ original: corrected, source: 'push' });
    expect((await get(`/${id}`)).body).toMatchObject({ state: 'taken-in', original: text });
  });

  it.each([
    ['that is no JSON', '{', 'malformed-body'],
    ['that is no message', '{}', 'invalid-input'],
    ['that is another one', JSON.stringify(itasMessage('TID-013')), 'invalid-input'],
  ])('refuses a corrected message %s, and does not count it', async (_case, body, slug) => {
    const { id } = await keep();
    expect(await post(`/${id}/retry`, body)).toMatchObject({
      status: 400,
      body: { type: `urn:problem-type:karere:${slug}` },
    });
    expect((await get(`/${id}`)).body).toMatchObject({ state: 'open', attempts: 1 });
    expect(await rowCounts(gateway.dataSource)).toMatchObject({ itas_message: 0 });
  });

  it('knows a message that has come meanwhile, and refuses another one with its id', async () => {
    const [same, other] = [await keep(), await keep()];
    for (const { message } of [same, other]) {
      const company = message === other.message ? 'AA' : 'GF';
      await push(
        gateway,
        itasMessage('TID-013', { '/MessageId': message['MessageId'], '/CompanyCode': company }),
      );
    }
    await mend(same.id);
    await mend(other.id);
    expect((await post(`/${same.id}/retry`)).body).toMatchObject({ status: 'duplicate' });
    expect(await post(`/${other.id}/retry`)).toMatchObject({
      status: 409,
      body: { type: 'urn:problem-type:karere:message-id-taken' },
    });
    expect((await get(`/${other.id}`)).body).toMatchObject({ state: 'open' });
  });

  it('takes it in once when it is asked for many times at the same moment', async () => {
    const { id } = await keep();
    await mend(id);
    const before = await headOf(gateway);
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(`/${id}/retry`)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
    expect(await headOf(gateway)).toBe(before + 1);
  });

  it('leaves it when the message can not be stored', async () => {
    const { id } = await keep();
    await mend(id);
    await refuseRows(gateway, 'itas_message', async () => {
      expect(await post(`/${id}/retry`)).toMatchObject({
        status: 409,
        body: { type: 'urn:problem-type:karere:dead-letter-failed-again' },
      });
    });
    expect((await get(`/${id}`)).body).toMatchObject({ state: 'open', attempts: 2 });
    expect((await post(`/${id}/retry`)).body).toMatchObject({ status: 'accepted' });
  });
});

describe('POST /itas-events/dead-letters/{id}/discard', () => {
  it('closes it with a reason, and keeps it', async () => {
    const { id, text } = await keep();
    const { status, body } = await post(`/${id}/discard`, { reason: 'A test of the vendor' });
    expect([status, body]).toMatchObject([
      200,
      { id, state: 'discarded', reason: 'A test of the vendor', closedBy: 'noc' },
    ]);
    expect((await get(`/${id}`)).body).toMatchObject({ state: 'discarded', original: text });
  });

  it.each([[{}], [{ reason: '' }], [{ reason: ' ' }], [{ reason: 7 }], [{ reason: 'x'.repeat(1001) }]])(
    'refuses %j',
    async (body) => {
      const { id } = await keep();
      expect(await post(`/${id}/discard`, body)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/reason' }] },
      });
      expect((await get(`/${id}`)).body).toMatchObject({ state: 'open' });
    },
  );

  it('is final: neither retried nor discarded again', async () => {
    const { id } = await keep();
    await post(`/${id}/discard`, { reason: 'one' });
    await mend(id);
    for (const again of [await post(`/${id}/retry`), await post(`/${id}/discard`, { reason: 'two' })]) {
      expect(again).toMatchObject({
        status: 409,
        body: {
          type: 'urn:problem-type:karere:dead-letter-closed',
          detail: `The dead letter ${id} is discarded already.`,
        },
      });
    }
    expect((await get(`/${id}`)).body).toMatchObject({ reason: 'one' });
    expect(await rowCounts(gateway.dataSource)).toMatchObject({ itas_message: 0 });
  });
});

it('is read by readers and dealt with by administrators of ITAS only', async () => {
  const { id } = await keep();
  for (const [method, path, scope] of [
    ['GET', '', 'itas:admin itas:publish'],
    ['GET', `/${id}`, 'itas:admin itas:publish'],
    ['POST', `/${id}/retry`, 'itas:read itas:publish'],
    ['POST', `/${id}/discard`, 'itas:read itas:publish'],
  ] as const) {
    const whole = `/itas-events/dead-letters${path}`;
    expect((await ask(gateway.url + whole, { method })).status).toBe(401);
    expect((await read(gateway, whole, { method, scope })).status).toBe(403);
  }
  expect((await get(`/${id}`)).body).toMatchObject({ state: 'open', attempts: 1 });
});
