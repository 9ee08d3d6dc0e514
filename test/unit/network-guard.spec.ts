import type { LookupAddress } from 'node:dns';
import type { Socket } from 'node:net';
import { AddressPolicy } from '../../src/delivery/address-policy';
import { NetworkGuard, type Resolve } from '../../src/delivery/network-guard';
import type { WebhookOutcome } from '../../src/delivery/send-outcome';
import { WebhookSender } from '../../src/delivery/webhook-sender';
import { itOfSeveralAddresses } from '../support/several-addresses';
import { TcpServer } from '../support/tcp-server';

const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** Answers all requests with its host, and closes: each has to make its own connection. */
async function receiver(host: string, port = 0): Promise<TcpServer> {
  const answer = `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${host.length}\r\n\r\n${host}`;
  const serve = (socket: Socket): void => {
    socket.once('data', () => socket.end(answer));
  };
  const server = await TcpServer.start(serve, { host, port });
  cleanUps.push(() => server.stop());
  return server;
}

/** How to send to a URL through a guard. */
function sending(allowed: readonly string[], resolve?: Resolve): (url: string) => Promise<WebhookOutcome> {
  const sender = new WebhookSender({ guard: new NetworkGuard(new AddressPolicy(allowed), resolve) });
  cleanUps.push(() => sender.close());
  return (url) => sender.send({ url, headers: {}, body: '{}', timeoutMs: 2000 });
}

/** Answers one list of addresses after the other, and the last one for ever. */
function answering(...lists: string[][]): Resolve & { asked: number } {
  const resolve = (): Promise<LookupAddress[]> => {
    const addresses = lists[Math.min(resolve.asked, lists.length - 1)] ?? [];
    resolve.asked += 1;
    return Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  };
  resolve.asked = 0;
  return resolve;
}

describe('NetworkGuard: addresses in the URL', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '１２７.0.0.1',
    '127。0。0。1',
    '127.0.0.2',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    'localhost',
    'LOCALHOST',
    'user:pass@127.0.0.1',
    '1.1.1.1@127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '[fd00:ec2::254]',
  ])('does not connect to %s', async (host) => {
    const { port } = await receiver('127.0.0.1');
    const server = await receiver('::', port).catch(() => undefined);
    const send = sending([]);
    expect(await send(`http://${host}:${port}/`)).toMatchObject({ kind: 'failed', error: 'refused-address' });
    expect(await send(`https://${host}:${port}/`)).toMatchObject({
      kind: 'failed',
      error: 'refused-address',
    });
    expect(server?.connections ?? 0).toBe(0);
  });

  it.each([
    'http:127.0.0.1:PORT/',
    'http:/127.0.0.1:PORT/',
    'http:\\\\127.0.0.1:PORT\\',
    'http://\t127.0.0.1:PORT',
  ])('does not connect to %j', async (template) => {
    const server = await receiver('127.0.0.1');
    const outcome = await sending([])(template.replace('PORT', String(server.port)));
    expect(outcome).toMatchObject({ kind: 'failed', error: 'refused-address' });
    expect(server.connections).toBe(0);
  });

  it('does not connect to localhost with a dot, whether the system resolves it or not', async () => {
    const server = await receiver('127.0.0.1');
    expect(await sending([])(`http://localhost.:${server.port}/`)).toMatchObject({ kind: 'failed' });
    expect(server.connections).toBe(0);
  });

  it('connects to what the operator allows', async () => {
    const server = await receiver('127.0.0.1');
    const send = sending(['127.0.0.0/8', '::1/128']);
    for (const host of ['127.0.0.1', '127.1', '[::ffff:127.0.0.1]', 'localhost']) {
      expect(await send(`http://${host}:${server.port}/`)).toMatchObject({ status: 200 });
    }
    expect(server.connections).toBe(4);
  });
});

describe('NetworkGuard: names', () => {
  it.each([
    ['127.0.0.1'],
    ['::1'],
    ['169.254.169.254'],
    ['::ffff:127.0.0.1'],
    ['10.0.0.1', '127.0.0.1'],
    ['junk'],
  ])('does not connect to a name that points to %s', async (...addresses) => {
    const server = await receiver('127.0.0.1');
    const outcome = await sending([], answering(addresses))(`http://hooks.example.nz:${server.port}/`);
    expect(outcome).toMatchObject({ kind: 'failed', error: 'refused-address' });
    expect(server.connections).toBe(0);
  });

  itOfSeveralAddresses(
    'connects to the very address that it has checked, and asks once for each connection',
    async () => {
      const good = await receiver('127.0.0.2');
      const bad = await receiver('127.0.0.1', good.port);
      // The first answer is good; whoever asks again gets a private address.
      const resolve = answering(['127.0.0.2'], ['127.0.0.1']);
      const send = sending(['127.0.0.2'], resolve);
      expect(await send(`http://rebinding.example.nz:${good.port}/`)).toMatchObject({ answer: '127.0.0.2' });
      expect(resolve.asked).toBe(1);
      expect(await send(`http://rebinding.example.nz:${good.port}/`)).toMatchObject({
        error: 'refused-address',
      });
      expect(resolve.asked).toBe(2);
      expect(bad.connections).toBe(0);
    },
  );

  itOfSeveralAddresses('uses only the good ones of several addresses', async () => {
    const good = await receiver('127.0.0.2');
    const bad = await receiver('127.0.0.1', good.port);
    const send = sending(['127.0.0.2'], answering(['127.0.0.1', '::1', '127.0.0.2', '10.0.0.1']));
    for (let count = 0; count < 3; count += 1) {
      expect(await send(`http://mixed.example.nz:${good.port}/`)).toMatchObject({ answer: '127.0.0.2' });
    }
    expect(bad.connections).toBe(0);
  });

  it('tells that nothing listens at any of several addresses', async () => {
    const server = await TcpServer.start(() => undefined);
    const { port } = server;
    await server.stop();
    const send = sending(['127.0.0.0/8'], answering(['127.0.0.1', '127.0.0.2']));
    expect(await send(`http://two.example.nz:${port}/`)).toMatchObject({ error: 'connection-refused' });
  });

  it('asks once for all who want the same name at the same time', async () => {
    const { port } = await receiver('127.0.0.1');
    const resolve = answering(['127.0.0.1']);
    const send = sending(['127.0.0.1'], resolve);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => send(`http://busy.example.nz:${port}/`)),
    );
    expect(outcomes.every((outcome) => outcome.kind === 'answered')).toBe(true);
    expect(resolve.asked).toBeLessThan(10);
  });

  it('says that a name without addresses does not resolve', async () => {
    expect(await sending([], answering([]))('http://empty.example.nz/')).toMatchObject({ error: 'dns' });
  });

  it('says nothing of what lies behind a refused name', async () => {
    const outcome = await sending([], answering(['10.9.8.7']))('http://inside.example.nz/');
    expect(JSON.stringify(outcome)).not.toContain('10.9.8.7');
  });
});
