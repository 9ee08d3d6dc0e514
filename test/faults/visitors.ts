import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { ontActivation } from '../support/source-events';

/** Those that ask at the same time. */
const AT_ONCE = 4;

/** After each answer. */
const PAUSE_MS = 100;

/** How long a subscription of theirs lives, before a job ends it. */
const LIFE_MS = 3000;

/**
 * Well-behaved clients of other kinds than the sender: they read, publish, and create subscriptions, which must not
 * be sent twice. They keep their connections as HTTP says, and ask for nothing again.
 */
export class Visitors {
  /** Requests that were not answered as they should be. */
  failures = 0;
  /** Ids of the events that were accepted. */
  readonly published: string[] = [];
  /** Ids of the subscriptions that were created; each ends soon. */
  readonly subscribed: string[] = [];
  private readonly agent = new Agent({ connections: AT_ONCE, pipelining: 1 });
  private readonly visits: Promise<void>[] = [];
  private stopping = false;

  /** @param token with the scopes `spg:read` and `events:publish` */
  constructor(
    private readonly url: string,
    private readonly token: string,
    /** Where their subscriptions would deliver to. */
    private readonly webhookUrl: string,
    /** Told of each request that was not answered as it should be. */
    private readonly onFailure: (failure: string) => void,
  ) {}

  start(): void {
    for (let visitor = 0; visitor < AT_ONCE; visitor += 1) this.visits.push(this.visit());
  }

  /** Waits for the answers to what was begun. */
  async finish(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.visits);
    if (!this.agent.closed) await this.agent.close();
  }

  private async visit(): Promise<void> {
    while (!this.stopping) {
      await this.ask('GET', '/spg/work-orders?limit=5');
      const event = ontActivation();
      if (await this.ask('POST', '/tuatahi/events', event)) this.published.push(event.id);
      await this.ask('GET', '/tuatahi/subscriptions?limit=5');
      const created = await this.ask('POST', '/tuatahi/subscriptions', {
        // Nothing of this kind happens here: they only live and end.
        eventType: 'followup.booking.confirmed',
        contactEmails: [{ email: 'contact@example.co.nz' }],
        notificationChannels: { webhook: [{ callbackUri: `${this.webhookUrl}/${event.id}` }] },
        expiresOn: new Date(Date.now() + LIFE_MS).toISOString(),
      });
      if (created) this.subscribed.push((JSON.parse(created) as { id: string }).id);
    }
  }

  /** @returns the body of an answer that is good */
  private async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<string | undefined> {
    try {
      const answer = await request(this.url + path, {
        dispatcher: this.agent,
        method,
        headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      if (answer.statusCode < 300) return text;
      this.fail(`${method} ${path}: ${answer.statusCode} ${text}`);
    } catch (error) {
      this.fail(`${method} ${path}: ${String(error)}`);
    } finally {
      await sleep(PAUSE_MS);
    }
    return undefined;
  }

  private fail(what: string): void {
    this.failures += 1;
    this.onFailure(what);
  }
}
