import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmailSender, type EmailSenderOptions, type Mail } from '../../src/delivery/email-sender';
import type { MailOutcome } from '../../src/delivery/send-outcome';
import { Gate } from '../support/gate';
import { MailServer, Refusal, stall } from '../support/mail-server';
import { selfSigned } from '../support/self-signed';
import { TcpServer } from '../support/tcp-server';

const FROM = 'Karere <karere@example.co.nz>';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

function mail(more: Partial<Mail> = {}): Mail {
  return {
    to: 'aroha@example.co.nz',
    subject: 'Tēnā koe',
    text: 'Kia ora',
    html: '<p>Kia ora</p>',
    headers: {},
    messageId: '<n-1@example.co.nz>',
    ...more,
  };
}

async function mailServer(set: Partial<MailServer> = {}): Promise<MailServer> {
  const server = await MailServer.start();
  cleanUps.push(() => server.stop());
  return Object.assign(server, set);
}

function senderTo(smtpUrl: string, options: Partial<EmailSenderOptions> = {}): EmailSender {
  const sender = new EmailSender({ from: FROM, to: { smtpUrl }, ...options });
  cleanUps.push(async () => {
    sender.abort();
    await sender.close();
  });
  return sender;
}

/** Sends one mail to a server that answers like this. */
async function sendWith(set: Partial<MailServer>, more: Partial<Mail> = {}): Promise<MailOutcome> {
  const { url } = await mailServer(set);
  return senderTo(url).send(mail(more));
}

describe('EmailSender by SMTP', () => {
  it('hands a message over', async () => {
    const { url, received } = await mailServer();
    const outcome = await senderTo(url).send(mail({ headers: { 'X-Transaction-Id': 't-1' } }));
    expect(outcome).toMatchObject({ kind: 'accepted', answer: expect.stringMatching(/^250/) as string });
    const [only] = received;
    expect(received).toHaveLength(1);
    expect(only).toMatchObject({ from: 'karere@example.co.nz', to: ['aroha@example.co.nz'] });
    expect(only).toMatchObject({ text: 'Kia ora', html: '<p>Kia ora</p>' });
    expect(only?.headers).toMatchObject({
      to: 'aroha@example.co.nz',
      subject: 'Tēnā koe',
      'message-id': '<n-1@example.co.nz>',
      'x-transaction-id': 't-1',
    });
  });

  it('keeps its connections, and has no more than allowed', async () => {
    const server = await mailServer();
    const sender = senderTo(server.url, { connections: 2 });
    await Promise.all(Array.from({ length: 10 }, () => sender.send(mail())));
    expect(server.received).toHaveLength(10);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('takes an unknown mailbox for permanent', async () => {
    const outcome = await sendWith({ atRecipient: () => new Refusal(550, 'No such mailbox') });
    expect(outcome).toMatchObject({ kind: 'rejected', about: 'message', permanent: true, status: 550 });
    expect(outcome).toHaveProperty('answer', expect.stringContaining('No such mailbox'));
  });

  it('takes greylisting for transient', async () => {
    const outcome = await sendWith({ atRecipient: () => new Refusal(451, 'Come back later') });
    expect(outcome).toMatchObject({ kind: 'rejected', about: 'message', permanent: false, status: 451 });
  });

  it.each([
    [554, true],
    [452, false],
  ])('takes a %i after the message for permanent: %s', async (status, permanent) => {
    const outcome = await sendWith({ atMessage: () => new Refusal(status, 'Not this one') });
    expect(outcome).toMatchObject({ kind: 'rejected', about: 'message', permanent, status });
  });

  it('goes on with the same connection after a refusal', async () => {
    const server = await mailServer({
      atRecipient: (address) =>
        address.startsWith('nobody') ? new Refusal(550, 'No such mailbox') : undefined,
    });
    const sender = senderTo(server.url, { connections: 1 });
    expect(await sender.send(mail({ to: 'nobody@example.co.nz' }))).toMatchObject({ permanent: true });
    expect(await sender.send(mail())).toMatchObject({ kind: 'accepted' });
    expect(server.received).toHaveLength(1);
    expect(server.connections).toBe(1);
  });

  it('blames no recipient when the server does not take our sender or our login, or closes', async () => {
    const byServer = { kind: 'rejected', about: 'server', permanent: false };
    const sender = await sendWith({ atSender: () => new Refusal(550, 'You may not send as this') });
    expect(sender).toMatchObject({ ...byServer, status: 550 });
    const closing = await sendWith({ atMessage: () => new Refusal(421, 'Closing for the night') });
    expect(closing).toMatchObject({ ...byServer, status: 421 });

    const { url } = await mailServer({ atLogin: () => new Refusal(535, 'Wrong password') });
    const login = await senderTo(url.replace('//', '//karere:wrong@')).send(mail());
    expect(login).toMatchObject({ kind: 'failed', error: 'login' });
    expect(JSON.stringify(login)).not.toContain('wrong');
  });

  it.each([
    ['says nothing', () => undefined, 'timeout'],
    ['hangs up at once', (socket: { destroy(): void }) => socket.destroy(), 'connection-reset'],
    ['refuses everyone', (socket: { end(text: string): void }) => socket.end('554 No\r\n'), 'protocol'],
    [
      'speaks another protocol',
      (socket: { write(text: string): void }) => socket.write('HTTP/1.1 400 No\r\n\r\n'),
      'protocol',
    ],
  ])('tells of a server that %s', async (_name, serve: (socket: never) => unknown, error) => {
    const server = await TcpServer.start((socket) => void serve(socket as never));
    cleanUps.push(() => server.stop());
    const sender = senderTo(`smtp://127.0.0.1:${server.port}`, { timeoutMs: 700 });
    expect(await sender.send(mail())).toMatchObject({ kind: 'failed', error });
  });

  it('ends in time with a server that stalls in the middle', async () => {
    const { url } = await mailServer({ atRecipient: stall });
    const outcome = await senderTo(url, { timeoutMs: 200 }).send(mail());
    expect(outcome).toMatchObject({ kind: 'failed', error: 'timeout' });
    expect(outcome.durationMs).toBeLessThan(2000);
  });

  it('ends in time with a server that trickles', async () => {
    const server = await TcpServer.start((socket) => {
      const timer = setInterval(() => socket.write('220-still here\r\n'), 20);
      socket.on('close', () => {
        clearInterval(timer);
      });
    });
    cleanUps.push(() => server.stop());
    const trickling = senderTo(`smtp://127.0.0.1:${server.port}`, { timeoutMs: 200 });
    expect(await trickling.send(mail())).toMatchObject({ kind: 'failed', error: 'timeout' });
  });

  it('tells that the connection dropped in the middle', async () => {
    const outcome = await sendWith({ atMessage: () => 'hang up' });
    expect(outcome).toMatchObject({ kind: 'failed', error: 'connection-reset' });
  });

  it('makes another connection when the kept one was closed', async () => {
    const server = await mailServer();
    const sender = senderTo(server.url);
    await sender.send(mail());
    server.hangUp();
    expect(await sender.send(mail())).toMatchObject({ kind: 'accepted' });
    expect(server).toMatchObject({ connections: 2, received: [{}, {}] });
  });

  it('does not trust a server whose certificate vouches only for itself', async () => {
    const server = await TcpServer.start((socket) => socket.write('220 ready\r\n'), {
      tls: selfSigned('localhost'),
    });
    cleanUps.push(() => server.stop());
    const sender = senderTo(`smtps://127.0.0.1:${server.port}`);
    expect(await sender.send(mail())).toMatchObject({ kind: 'failed', error: 'tls' });
  });

  it('tells that nothing listens', async () => {
    const { url } = await mailServer();
    await cleanUps.pop()?.();
    expect(await senderTo(url).send(mail())).toMatchObject({ kind: 'failed', error: 'connection-refused' });
  });

  it('waits for what is in flight when it closes, and takes nothing more', async () => {
    const { url, received } = await mailServer();
    const sender = senderTo(url);
    const sending = sender.send(mail());
    await sender.close();
    expect(await sending).toMatchObject({ kind: 'accepted' });
    expect(received).toHaveLength(1);
    expect(await sender.send(mail())).toMatchObject({ kind: 'failed', error: 'aborted' });
  });

  it('ends what is in flight when told to', async () => {
    const gate = new Gate();
    const { url } = await mailServer({ atRecipient: () => gate.pass().then(() => undefined) });
    const sender = senderTo(url);
    const sending = sender.send(mail());
    await gate.reached;
    sender.abort();
    expect(await sending).toMatchObject({ kind: 'failed', error: 'aborted' });
  });
});

describe('EmailSender: nothing can be slipped in', () => {
  it.each([
    'aroha@example.co.nz, tama@example.co.nz',
    'aroha@example.co.nz\r\nRCPT TO:<tama@example.co.nz>',
    'aroha@example.co.nz\nBcc: tama@example.co.nz',
    'Aroha <aroha@example.co.nz>',
    '<aroha@example.co.nz>',
    'team: aroha@example.co.nz;',
    'aroha@example.co.nz@evil.example',
    'aroha',
    '',
    '@example.co.nz',
    'aroha@',
    'a b@example.co.nz',
  ])('sends nothing to %j', async (to) => {
    const server = await mailServer();
    expect(await senderTo(server.url).send(mail({ to }))).toMatchObject({
      kind: 'rejected',
      permanent: true,
    });
    expect(server).toMatchObject({ connections: 0, received: [] });
  });

  it('keeps what looks like headers in the subject, the values and the names where it was', async () => {
    const { url, received } = await mailServer();
    const evil = 'x\r\nBcc: evil@example.com\r\n\r\n<script>';
    const outcome = await senderTo(url).send(
      mail({
        subject: `Hello${evil}`,
        messageId: `<n-1@example.co.nz>${evil}`,
        headers: { 'X-Note': `a${evil}`, 'X-Na\r\nBcc: evil@example.com\r\nme': 'b' },
      }),
    );
    expect(outcome).toMatchObject({ kind: 'accepted' });
    const head = (received[0]?.raw ?? '').split('\r\n\r\n')[0] ?? '';
    expect(received[0]?.to).toEqual(['aroha@example.co.nz']);
    expect(head).not.toMatch(/^(bcc|cc|to): evil/im);
    expect(head).toContain('Subject: Hello');
  });

  it('has no other recipient than the one named, whatever the headers say', async () => {
    const { url, received } = await mailServer();
    await senderTo(url).send(
      mail({ headers: { To: 'evil@example.com', Bcc: 'evil@example.com', Cc: 'evil@example.com' } }),
    );
    expect(received[0]?.to).toEqual(['aroha@example.co.nz']);
  });
});

describe('EmailSender into a folder', () => {
  it('writes a file for each message, and the same file for a repetition', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'karere-mail-'));
    cleanUps.push(() => rm(folder, { recursive: true }));
    const sender = new EmailSender({ from: FROM, to: { folder: join(folder, 'mail') } });
    const outcome = await sender.send(mail());
    expect(outcome).toMatchObject({ kind: 'accepted', answer: expect.stringMatching(/\.eml$/) as string });
    await sender.send(mail());
    await sender.send(mail({ to: 'tama@example.co.nz' }));
    await sender.send(mail({ messageId: '<../../../etc/passwd@example.co.nz>' }));
    const files = (await readdir(join(folder, 'mail'))).toSorted();
    expect(files).toEqual([
      'etc.passwd@example.co.nz-aroha@example.co.nz.eml',
      'n-1@example.co.nz-aroha@example.co.nz.eml',
      'n-1@example.co.nz-tama@example.co.nz.eml',
    ]);
    const message = await readFile(join(folder, 'mail', files[1] ?? ''), 'utf8');
    expect(message).toContain('From: Karere <karere@example.co.nz>');
    expect(message).toContain('Kia ora');
    await sender.close();
  });

  it('tells when it can not write', async () => {
    const sender = new EmailSender({ from: FROM, to: { folder: '/dev/null/mail' } });
    expect(await sender.send(mail())).toMatchObject({ kind: 'failed', error: 'network' });
  });
});
