import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { messageIdOf, notificationMail, type NotificationForMail } from '../../src/delivery/email-message';
import { EmailSender, type EmailSenderOptions, type Mail } from '../../src/delivery/email-sender';
import type { MailOutcome } from '../../src/delivery/send-outcome';
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

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly message: string;
}

/** An SMTP server on loopback that keeps what it accepts. */
async function mailServer(
  options: SMTPServerOptions = {},
): Promise<{ url: string; received: Received[]; connections: () => number }> {
  const received: Received[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onData: (stream, session, done) => {
      const { mailFrom, rcptTo } = session.envelope;
      const from = mailFrom ? mailFrom.address : '';
      const to = rcptTo.map(({ address }) => address);
      void text(stream)
        .then((message) => received.push({ from, to, message }))
        .finally(() => done());
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    listening.once('listening', resolve);
  });
  cleanUps.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(resolve);
      }),
  );
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return { url: `smtp://127.0.0.1:${port}`, received, connections: () => connections };
}

function senderTo(smtpUrl: string, options: Partial<EmailSenderOptions> = {}): EmailSender {
  const sender = new EmailSender({ from: FROM, to: { smtpUrl }, ...options });
  cleanUps.push(async () => {
    sender.abort();
    await sender.close();
  });
  return sender;
}

/** Sends one mail to a server with these options. */
async function sendWith(options: SMTPServerOptions, more: Partial<Mail> = {}): Promise<MailOutcome> {
  const { url } = await mailServer(options);
  return senderTo(url).send(mail(more));
}

function refusal(message: string, responseCode: number): Error {
  return Object.assign(new Error(message), { responseCode });
}

describe('EmailSender by SMTP', () => {
  it('hands a message over', async () => {
    const { url, received } = await mailServer();
    const outcome = await senderTo(url).send(mail({ headers: { 'X-Transaction-Id': 't-1' } }));
    expect(outcome).toMatchObject({ kind: 'accepted', answer: expect.stringMatching(/^250/) as string });
    const [only] = received;
    expect(received).toHaveLength(1);
    expect(only).toMatchObject({ from: 'karere@example.co.nz', to: ['aroha@example.co.nz'] });
    expect(only?.message).toContain('Message-ID: <n-1@example.co.nz>\r\n');
    expect(only?.message).toMatch(/^X-Transaction-Id: t-1\r$/im);
    expect(only?.message).toContain('To: aroha@example.co.nz\r\n');
    expect(only?.message).toMatch(/Content-Type: text\/plain.*Content-Type: text\/html/s);
  });

  it('keeps its connections, and has no more than allowed', async () => {
    const { url, received, connections } = await mailServer();
    const sender = senderTo(url, { connections: 2 });
    await Promise.all(Array.from({ length: 10 }, () => sender.send(mail())));
    expect(received).toHaveLength(10);
    expect(connections()).toBeLessThanOrEqual(2);
  });

  it('takes an unknown mailbox for permanent', async () => {
    const outcome = await sendWith({
      onRcptTo: (_address, _session, done) => {
        done(refusal('No such mailbox', 550));
      },
    });
    expect(outcome).toMatchObject({ kind: 'rejected', permanent: true, status: 550 });
    expect(outcome).toHaveProperty('answer', expect.stringContaining('No such mailbox'));
  });

  it('takes greylisting for transient', async () => {
    const outcome = await sendWith({
      onRcptTo: (_address, _session, done) => {
        done(refusal('Come back later', 451));
      },
    });
    expect(outcome).toMatchObject({ kind: 'rejected', permanent: false, status: 451 });
  });

  it.each([
    [554, true],
    [452, false],
  ])('takes a %i after the message for permanent: %s', async (responseCode, permanent) => {
    const outcome = await sendWith({
      onData: (stream, _session, done) => {
        stream.resume();
        stream.on('end', () => {
          done(refusal('Not this one', responseCode));
        });
      },
    });
    expect(outcome).toMatchObject({ kind: 'rejected', permanent, status: responseCode });
  });

  it('goes on with the same connection after a refusal', async () => {
    const { url, received, connections } = await mailServer({
      onRcptTo: ({ address }, _session, done) => {
        done(address.startsWith('nobody') ? refusal('No such mailbox', 550) : null);
      },
    });
    const sender = senderTo(url, { connections: 1 });
    expect(await sender.send(mail({ to: 'nobody@example.co.nz' }))).toMatchObject({ permanent: true });
    expect(await sender.send(mail())).toMatchObject({ kind: 'accepted' });
    expect(received).toHaveLength(1);
    expect(connections()).toBe(1);
  });

  it('blames no recipient when the server does not take our sender or our login', async () => {
    const sender = await sendWith({
      onMailFrom: (_address, _session, done) => {
        done(refusal('You may not send as this', 550));
      },
    });
    expect(sender).toMatchObject({ kind: 'rejected', permanent: false, status: 550 });

    const { url } = await mailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => {
        done(refusal('Wrong password', 535));
      },
    });
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
    const { url } = await mailServer({ onRcptTo: () => undefined, closeTimeout: 10 });
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
    const server = await TcpServer.start((socket) => {
      socket.write('220 ready\r\n');
      socket.on('data', (data) => {
        if (data.toString().startsWith('EHLO')) socket.write('250 hello\r\n');
        else socket.destroy();
      });
    });
    cleanUps.push(() => server.stop());
    const sender = senderTo(`smtp://127.0.0.1:${server.port}`);
    expect(await sender.send(mail())).toMatchObject({ kind: 'failed', error: 'connection-reset' });
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
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const { url } = await mailServer({
      closeTimeout: 10,
      onRcptTo: () => {
        asked();
      },
    });
    const sender = senderTo(url);
    const sending = sender.send(mail());
    await isAsked;
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
    const { url, received, connections } = await mailServer();
    expect(await senderTo(url).send(mail({ to }))).toMatchObject({ kind: 'rejected', permanent: true });
    expect(received).toEqual([]);
    expect(connections()).toBe(0);
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
    const head = (received[0]?.message ?? '').split('\r\n\r\n')[0] ?? '';
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

describe('notificationMail', () => {
  const notification: NotificationForMail = {
    eventType: 'ONTActivation',
    description: 'An optical network terminal was activated.',
    eventId: '1042',
    eventTimestamp: '2026-11-22T00:00:00.000Z',
    message: {
      status: 'Activated',
      orderID: 'ORD-77',
      error: false,
      note: '<b>Tēnā & "koe"</b>',
      none: null,
    },
    subscriptionId: 's-1',
    notificationId: 'n-1',
    transactionId: 't-1',
    unsubscribe: 'mailto:karere@example.co.nz?subject=unsubscribe%20s-1',
  };

  it('says what happened, with which ids, and how to end it', () => {
    const { subject, text: plain, html, headers } = notificationMail(notification);
    expect(subject).toBe('ONTActivation (notification 1042)');
    for (const part of [
      'status: Activated',
      'orderID: ORD-77',
      'error: false',
      '1042',
      's-1',
      'n-1',
      't-1',
    ]) {
      expect(plain).toContain(part);
    }
    expect(plain).not.toContain('none');
    expect(plain).toContain(notification.unsubscribe);
    expect(html).toContain('<td>Activated</td>');
    expect(headers).toEqual({
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'List-Unsubscribe': '<mailto:karere@example.co.nz?subject=unsubscribe%20s-1>',
      'X-Transaction-Id': 't-1',
    });
  });

  it('leaves no markup of others in the HTML', () => {
    const evil = '<img src=x onerror="alert(\'1\')">&';
    const { html } = notificationMail({
      ...notification,
      eventType: evil,
      eventId: evil,
      message: { [evil]: evil, nested: { deep: [evil] } },
      subscriptionId: evil,
      notificationId: evil,
      transactionId: evil,
      unsubscribe: `https://example.co.nz/"><script>${evil}`,
    });
    expect(html).not.toMatch(/<img|<script/);
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;');
  });

  it('keeps a line a line, and long values short', () => {
    const { text: plain } = notificationMail({
      ...notification,
      message: { note: 'one\r\nTo end it: https://evil.example', long: 'x'.repeat(5000) },
    });
    expect(plain).toContain('note: one To end it: https://evil.example\n');
    expect(plain).toContain(`long: ${'x'.repeat(1000)}…\n`);
  });

  it('reads well by SMTP, subject and body', async () => {
    const { url, received } = await mailServer();
    const { subject, text: plain, html, headers } = notificationMail(notification);
    const messageId = messageIdOf('n-1', FROM);
    await senderTo(url).send(mail({ subject, text: plain, html, headers, messageId }));
    const { message } = received[0] ?? { message: '' };
    expect(message).toContain('Subject: ONTActivation (notification 1042)\r\n');
    expect(message).toContain('Message-ID: <n-1@example.co.nz>\r\n');
    expect(message).toContain('Auto-Submitted: auto-generated\r\n');
    expect(message).toContain(
      'List-Unsubscribe: <mailto:karere@example.co.nz?subject=unsubscribe%20s-1>\r\n',
    );
  });
});

describe('messageIdOf', () => {
  it.each([
    ['n-1', FROM, '<n-1@example.co.nz>'],
    ['n-1', 'karere@example.co.nz', '<n-1@example.co.nz>'],
    ['n-1', 'karere', '<n-1@karere.invalid>'],
    ['n>1\r\nx', FROM, '<n1x@example.co.nz>'],
  ])('of %j from %j is %s', (id, from, expected) => {
    expect(messageIdOf(id, from)).toBe(expected);
  });
});
