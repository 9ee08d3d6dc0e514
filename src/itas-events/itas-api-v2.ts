import type { ItasApi, Peeked, Received, Subscription } from './itas-api';
import {
  isEmpty,
  isNoId,
  member,
  membersOf,
  messageIdIn,
  NOTHING_CAME,
  refuseServiceError,
  refuseUnlessDone,
  refuseUnlessJson,
} from './itas-answer';
import { ItasFailure, MailboxGone } from './itas-failure';
import type { ItasHttp } from './itas-http';

/** The ITAS Events API v2: a poll brings the message itself, without a lock; companies are no part of it. */
export class ItasApiV2 implements ItasApi {
  constructor(
    private readonly http: ItasHttp,
    private readonly options: { readonly pollSeconds: number },
  ) {}

  async register(name: string, signal?: AbortSignal): Promise<string> {
    const path = pathOf('Subscribers', name);
    const answer = await this.http.send({ method: 'POST', path, signal });
    const subscriberId = member(membersOf(answer, path), 'SubscriberId', 'Id');
    if (typeof subscriberId === 'string' && subscriberId !== '') return subscriberId;
    throw new ItasFailure(`ITAS answered ${path} without a SubscriberId`);
  }

  async subscribe(subscriberId: string, { topic }: Subscription, signal?: AbortSignal): Promise<void> {
    const path = pathOf('Subscriptions', subscriberId, topic);
    refuseUnlessDone(await this.http.send({ method: 'PUT', path, signal }, 409), path);
  }

  /** Not published: the opposite of how it is subscribed. */
  async unsubscribe(subscriberId: string, { topic }: Subscription, signal?: AbortSignal): Promise<void> {
    const path = pathOf('Subscriptions', subscriberId, topic);
    refuseUnlessDone(await this.http.send({ method: 'DELETE', path, signal }, 404, 410), path);
  }

  async peek(subscriberId: string, signal?: AbortSignal): Promise<Peeked | undefined> {
    const { pollSeconds } = this.options;
    const path = pathOf('Messages', subscriberId);
    const query = { timeout: String(pollSeconds) };
    const asked = { method: 'GET', path, query, waitMs: pollSeconds * 1000, signal } as const;
    const answer = await this.http.send(asked, ...NOTHING_CAME, 404, 410);
    if (answer.status === 404 || answer.status === 410) {
      throw new MailboxGone('ITAS knows no such mailbox', answer.status);
    }
    if (NOTHING_CAME.includes(answer.status) || isEmpty(answer)) return undefined;
    refuseUnlessJson(answer, path);
    const messageId = messageIdIn(answer.bytes);
    if (messageId !== undefined) return { messageId, original: answer.bytes };
    const json = membersOf(answer, path);
    refuseServiceError(json, path);
    // An envelope with nothing in it. Without an id a message could never be confirmed, and what is not understood
    // is no empty mailbox.
    if (isNoId(member(json, 'MessageId')) && member(json, 'MessageBody') == null) return undefined;
    throw new ItasFailure(`ITAS answered ${path} with neither a message with an id nor that there is none`);
  }

  receive(_subscriberId: string, { original }: Peeked): Promise<Received> {
    if (!original) throw new Error('a poll of v2 brings the message');
    return Promise.resolve({ original });
  }

  async confirm(
    subscriberId: string,
    messageId: string,
    _received: Received,
    signal?: AbortSignal,
  ): Promise<void> {
    const path = pathOf('Messages', subscriberId, messageId);
    refuseUnlessDone(await this.http.send({ method: 'DELETE', path, signal }, 404, 410), path);
  }

  close(): Promise<void> {
    return this.http.close();
  }
}

function pathOf(...steps: readonly string[]): string {
  return steps.map((step) => `/${encodeURIComponent(step)}`).join('');
}
