import { Agent, request } from 'undici';
import { signatureHeaders } from '../../../src/delivery/signature';

/** What is delivered by those who are compared with Karere. */
export interface Post {
  readonly url: string;
  /** The `webhook-id`. */
  readonly id: string;
  readonly body: string;
}

/** By which all sign, Karere too. */
export const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 'bench').toString('base64')}`;

/** Posts as Karere posts: the same headers, signed at each attempt, over so many connections that are kept alive. */
export class Poster {
  private readonly agent: Agent;

  constructor(connections: number) {
    this.agent = new Agent({ connections, pipelining: 1 });
  }

  /** @throws Error when it was not taken */
  async post({ url, id, body }: Post): Promise<void> {
    const { statusCode, body: answer } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Karere',
        'x-transaction-id': id,
        ...signatureHeaders({ id, timestamp: new Date(), body, secrets: [SIGNING_SECRET] }),
      },
      body,
      dispatcher: this.agent,
    });
    await answer.text();
    if (statusCode >= 300) throw new Error(`answered ${statusCode}`);
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}
