import { type Gateway, startGateway } from './support/gateway';
import { ask, send } from './support/http';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

describe('a method or path that is not there', () => {
  it.each(['GET', 'PUT', 'DELETE', 'PATCH'] as const)('%s', async (method) => {
    const answer = await ask(`${gateway.url}/spg/notification`, { method });
    expect(answer.body['detail']).toBe(`Cannot ${method} /spg/notification`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found', details: [] } });
  });

  it('is a problem like any other', async () => {
    for (const path of ['/', '/spg', '/spg/notification/1', '/spg/notifications']) {
      const answer = await ask(gateway.url + path);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(answer.body).toEqual({
        type: 'urn:problem-type:karere:not-found',
        title: 'Not Found',
        status: 404,
        detail: `Cannot GET ${path}`,
        instance: path,
      });
    }
  });

  it('is 400 for a path that can not be decoded', async () => {
    expect((await ask(`${gateway.url}/spg/work-orders/%E0%A4%A`)).status).toBe(400);
  });
});

it('what is refused does not cost the connection of what comes next', async () => {
  const answer = await send(gateway, {});
  expect(answer.headers['connection']).toBe('keep-alive');
  expect((await ask(`${gateway.url}/nothing`)).headers['connection']).toBe('keep-alive');
});
