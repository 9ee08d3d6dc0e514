import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { type Mime, readMime } from './mime';

/** A message that the server has taken. */
export interface ReceivedMail extends Mime {
  /** Of the envelope. */
  readonly from: string;
  readonly to: readonly string[];
  /** As it came. */
  readonly raw: string;
}

/**
 * What the server says: nothing against it, a refusal, or it hangs up. It may take its time. Who hangs up at the
 * end of a message has it all the same, and the sender can not know.
 */
type Reply = Refusal | 'hang up' | undefined;
type Answering = (subject: string) => Reply | Promise<Reply>;
type Done = (error?: Error | null) => void;

/** A reply that says no, by its code (RFC 5321 §4.2). */
export class Refusal extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
  ) {
    super(message);
  }
}

const yes: Answering = () => undefined;

/** Never says anything. */
export const stall: Answering = () => new Promise(() => undefined);

/** An SMTP server on loopback: keeps what it takes, and answers as it is told. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  /** Connections that were made, open or not. */
  connections = 0;
  /** What it says to a login, by `user:password`; without credentials nobody logs in. */
  atLogin = yes;
  /** … to `MAIL FROM` and `RCPT TO`, by the address. */
  atSender = yes;
  atRecipient = yes;
  /** … to a message that has come to its end, by its first recipient. */
  atMessage = yes;

  private readonly server: SMTPServer;
  /** By the client's port. */
  private readonly sockets = new Map<number, Socket>();
  private port = 0;

  private constructor() {
    this.server = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      // For those that it has left without an answer.
      closeTimeout: 10,
      onAuth: ({ username = '', password = '' }, session, done) => {
        void this.answer(this.atLogin, `${username}:${password}`, session, (error) => {
          done(error, { user: username });
        });
      },
      onMailFrom: ({ address }, session, done) => void this.answer(this.atSender, address, session, done),
      onRcptTo: ({ address }, session, done) => void this.answer(this.atRecipient, address, session, done),
      onData: (stream, session, done) => {
        void text(stream).then(
          (raw) => this.take(raw, session, done),
          () => undefined, // the client has gone in the middle
        );
      },
    });
    this.server.on('error', () => undefined);
    this.server.server.on('connection', (socket: Socket) => {
      const { remotePort = 0 } = socket;
      this.connections += 1;
      this.sockets.set(remotePort, socket);
      socket.once('close', () => this.sockets.delete(remotePort));
    });
  }

  static async start(): Promise<MailServer> {
    const server = new MailServer();
    const listening = server.server.listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      listening.once('listening', resolve);
    });
    server.port = (listening.address() as AddressInfo).port;
    return server;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** What came for an address. */
  to(address: string): ReceivedMail[] {
    return this.received.filter(({ to }) => to.includes(address));
  }

  /** Forgets what came, and takes everything again. */
  reset(): void {
    this.received.length = 0;
    this.takeAll();
  }

  /** Has nothing against anything any more. */
  takeAll(): void {
    Object.assign(this, { atLogin: yes, atSender: yes, atRecipient: yes, atMessage: yes });
  }

  /** Ends the connections that are open, as a server does that has waited long enough. */
  hangUp(): void {
    for (const socket of this.sockets.values()) socket.end();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(resolve);
    });
  }

  private async take(raw: string, session: SMTPServerSession, done: Done): Promise<void> {
    const { mailFrom, rcptTo } = session.envelope;
    const to = rcptTo.map(({ address }) => address);
    const reply = await this.atMessage(to[0] ?? '');
    if (!(reply instanceof Refusal)) {
      this.received.push({ ...readMime(raw), from: mailFrom ? mailFrom.address : '', to, raw });
    }
    this.say(reply, session, done);
  }

  private async answer(
    answering: Answering,
    subject: string,
    session: SMTPServerSession,
    done: Done,
  ): Promise<void> {
    this.say(await answering(subject), session, done);
  }

  private say(reply: Reply, { remotePort }: SMTPServerSession, done: Done): void {
    if (reply === 'hang up') this.sockets.get(remotePort)?.destroy();
    else done(reply);
  }
}
