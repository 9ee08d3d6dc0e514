import { createTransport } from 'nodemailer';
import { storableText } from '../events/storable';
import { mailFailureOf } from './mail-error';
import { MailFolder } from './mail-folder';
import { oneLine } from './one-line';
import type { MailOutcome } from './send-outcome';

/** Characters of the server's reply that are kept for the log. */
const KEPT_ANSWER = 1024;

/** One address and nothing else: no list, no display name, no line break. */
const ONE_ADDRESS = /^(?:"[^"\\\p{Cc}]+"|[^\s\p{Cc}"(),:;<>@[\]\\]+)@[^\s\p{Cc}"(),:;<>@[\]\\]+$/u;

export interface EmailSenderOptions {
  /** Sender: an address, or `Name <address>`. */
  readonly from: string;
  /** Where messages go: a mail server (`smtp://` or `smtps://`, nodemailer's options as query), or a folder. */
  readonly to: { readonly smtpUrl: string } | { readonly folder: string };
  /** For one message, with the wait for a connection. Default 30 s. */
  readonly timeoutMs?: number;
  /** Connections to the server; more messages wait. Default 5. */
  readonly connections?: number;
}

export interface Mail {
  /** One recipient. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `<id@domain>`: the same at each attempt. */
  readonly messageId: string;
}

/** As it is given to nodemailer. */
type Message = ReturnType<EmailSender['compose']>;

/** Hands one composed message over and tells what was answered. */
interface Transport {
  deliver(message: Message): Promise<string>;
  close(force: boolean): void;
}

/** Sends mail one by one, over a few connections to the mail server that are kept. */
export class EmailSender {
  private readonly transport: Transport;
  private readonly inFlight = new Set<Promise<MailOutcome>>();
  private state: 'open' | 'closing' | 'aborted' = 'open';

  constructor(private readonly options: EmailSenderOptions) {
    const { to } = options;
    this.transport = 'folder' in to ? folderTransport(to.folder) : smtpTransport(to.smtpUrl, options);
  }

  /** Never rejects. */
  async send(mail: Mail): Promise<MailOutcome> {
    if (this.state !== 'open') return { kind: 'failed', error: 'aborted', durationMs: 0 };
    const sending = this.attempt(mail);
    this.inFlight.add(sending);
    try {
      return await sending;
    } finally {
      this.inFlight.delete(sending);
    }
  }

  /** Takes nothing more, waits for what is in flight, and closes the connections. */
  async close(): Promise<void> {
    if (this.state === 'open') this.state = 'closing';
    await Promise.allSettled(this.inFlight);
    this.transport.close(false);
  }

  /** Ends what is in flight, with the outcome `aborted`. What the server has already taken goes out. */
  abort(): void {
    this.state = 'aborted';
    this.transport.close(true);
  }

  private async attempt(mail: Mail): Promise<MailOutcome> {
    const startedAt = performance.now();
    const elapsedMs = (): number => Math.round(performance.now() - startedAt);
    if (!ONE_ADDRESS.test(mail.to)) {
      const answer = 'It is not one address that mail can be sent to';
      return { kind: 'rejected', about: 'message', permanent: true, answer, durationMs: elapsedMs() };
    }
    try {
      const answer = await this.transport.deliver(this.compose(mail));
      return { kind: 'accepted', answer: kept(answer), durationMs: elapsedMs() };
    } catch (error) {
      if (this.state === 'aborted') return { kind: 'failed', error: 'aborted', durationMs: elapsedMs() };
      const failure = mailFailureOf(error as Error);
      if (failure.kind === 'failed') return { ...failure, durationMs: elapsedMs() };
      return { ...failure, answer: kept(failure.answer), durationMs: elapsedMs() };
    }
  }

  /**
   * The envelope names the recipient whatever stands in the headers, so no header can add another; addresses
   * are objects, which are not parsed.
   */
  private compose({ to, subject, text, html, headers, messageId }: Mail) {
    const recipient = { name: '', address: to };
    return {
      from: this.options.from,
      to: recipient,
      envelope: { from: this.options.from, to: [recipient] },
      subject: oneLine(subject),
      text,
      html,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, oneLine(value)])),
      messageId: oneLine(messageId),
      disableFileAccess: true,
      disableUrlAccess: true,
    };
  }
}

function smtpTransport(url: string, { timeoutMs = 30_000, connections = 5 }: EmailSenderOptions): Transport {
  const smtp = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    // Once, for a kept connection that the server has closed; the rest is the retry schedule's matter.
    maxRequeues: 1,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  });
  return {
    deliver: async (message) => {
      const { response } = await smtp.sendMail({ ...message, signal: AbortSignal.timeout(timeoutMs) });
      return response;
    },
    close: (force) => {
      smtp.transporter.close?.({ force });
    },
  };
}

function folderTransport(path: string): Transport {
  const composer = createTransport({ streamTransport: true, buffer: true });
  const folder = new MailFolder(path);
  return {
    deliver: async (message) => {
      const composed = await composer.sendMail(message);
      const name = await folder.put(message.messageId, message.to.address, composed.message as Buffer);
      return `written to ${name}`;
    },
    close: () => undefined,
  };
}

function kept(answer: string): string {
  return storableText(answer.slice(0, KEPT_ANSWER));
}
