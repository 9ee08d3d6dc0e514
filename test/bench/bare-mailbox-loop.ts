import { Agent, request } from 'undici';
import type { ItasServer } from '../support/itas-server';

interface Answer {
  readonly SubscriberId?: string;
  /** Null: the mailbox is empty. */
  readonly NextMessageId?: string | null;
  readonly LockId?: string;
}

/** Takes messages out of a mailbox (Events API v1) and does nothing with them: what no connector can outdo. */
export class BareMailboxLoop {
  private readonly agent = new Agent();
  private subscriberId = '';

  private constructor(private readonly itas: ItasServer) {}

  static async open(itas: ItasServer, name: string): Promise<BareMailboxLoop> {
    const loop = new BareMailboxLoop(itas);
    const { SubscriberId } = await loop.call('POST', 'Register', { subscriberName: name });
    loop.subscriberId = SubscriberId ?? '';
    return loop;
  }

  async empty(): Promise<void> {
    const { subscriberId } = this;
    for (;;) {
      const { NextMessageId: messageId } = await this.call('GET', 'Peek', { subscriberId, timeout: '0' });
      if (!messageId) return;
      const { LockId = '' } = await this.call('POST', 'Receive', {
        subscriberId,
        messageId,
        lockTimeout: '30',
      });
      await this.call('DELETE', 'Confirm', { subscriberId, messageId, lockid: LockId });
    }
  }

  async close(): Promise<void> {
    await this.agent.close();
  }

  private async call(
    method: 'GET' | 'POST' | 'DELETE',
    name: string,
    query: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const { url, clientKey, hmac } = this.itas;
    const { body } = await request(`${url}/Events/${name}?${new URLSearchParams(query).toString()}`, {
      method,
      headers: { ClientKey: clientKey, HMAC: hmac },
      dispatcher: this.agent,
    });
    return (await body.json()) as Answer;
  }
}
