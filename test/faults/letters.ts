import { itasMessage } from '../support/itas-message';
import { ItasServer } from '../support/itas-server';

/** As many a second as a busy day has in a minute. */
const EVERY_MS = 100;

/** The mailbox at ITAS, into which messages come all the time. */
export class Letters {
  /** Ids of the messages, in order. */
  readonly sent: string[] = [];
  private timer: NodeJS.Timeout | undefined;

  private constructor(readonly itas: ItasServer) {}

  static async open(): Promise<Letters> {
    return new Letters(await ItasServer.start());
  }

  /** For replicas. A poll that finds nothing comes back soon, so that one that nobody makes is seen soon. */
  get environment(): Record<string, string> {
    return { ...this.itas.environment(1, '3-8'), ITAS_POLL_SECONDS: '1' };
  }

  /** When somebody has subscribed. */
  start(): void {
    this.timer = setInterval(() => this.post(), EVERY_MS);
  }

  /** One comes, and comes again at once as the next one, as if it were another. */
  postTwice(): void {
    this.itas.publish(this.post());
  }

  /** Nothing more comes. */
  finish(): void {
    clearInterval(this.timer);
  }

  private post(): ReturnType<typeof itasMessage> {
    const message = itasMessage('TID-013');
    if (this.itas.publish(message) === 1) this.sent.push(String(message['MessageId']));
    return message;
  }

  async close(): Promise<void> {
    this.finish();
    await this.itas.stop();
  }
}
