import type { ItasApi, Peeked, Received, Subscription } from './itas-api';
import {
  idOf,
  isEmpty,
  isNoId,
  lockIdIn,
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

/**
 * How long ITAS keeps others from a message that we hold, in seconds. Storing takes milliseconds; whoever takes
 * over from a replica that has died waits for it.
 */
const LOCK_SECONDS = 5;

/** Messages that we say to be waiting, at most: what the database can hold. */
const MAX_WAITING = 2_147_483_647;

/** The ITAS Events API v1 (port 81): peek, receive with a lock, confirm. */
export class ItasApiV1 implements ItasApi {
  constructor(
    private readonly http: ItasHttp,
    private readonly options: { readonly pollSeconds: number },
  ) {}

  async register(name: string, signal?: AbortSignal): Promise<string> {
    const path = '/Events/Register';
    const answer = await this.http.send({ method: 'POST', path, query: { subscriberName: name }, signal });
    const subscriberId = member(membersOf(answer, path), 'SubscriberId');
    if (typeof subscriberId === 'string' && subscriberId !== '') return subscriberId;
    throw new ItasFailure(`ITAS answered ${path} without a SubscriberId`);
  }

  async subscribe(subscriberId: string, subscription: Subscription, signal?: AbortSignal): Promise<void> {
    const path = '/Events/Subscribe';
    const query = { subscriberId, ...subscription };
    refuseUnlessDone(await this.http.send({ method: 'POST', path, query, signal }, 409), path);
  }

  /** The method is not published: that of the other removal, Confirm. */
  async unsubscribe(subscriberId: string, subscription: Subscription, signal?: AbortSignal): Promise<void> {
    const path = '/Events/Unsubscribe';
    const query = { subscriberId, ...subscription };
    refuseUnlessDone(await this.http.send({ method: 'DELETE', path, query, signal }, 404, 410), path);
  }

  async peek(subscriberId: string, signal?: AbortSignal): Promise<Peeked | undefined> {
    const { pollSeconds } = this.options;
    const path = '/Events/Peek';
    const query = { subscriberId, timeout: String(pollSeconds) };
    const waitMs = pollSeconds * 1000;
    const asked = { method: 'GET', path, query, waitMs, signal } as const;
    const answer = await this.http.send(asked, ...NOTHING_CAME, 404, 410);
    if (answer.status === 404 || answer.status === 410) {
      throw new MailboxGone('ITAS knows no such mailbox', answer.status);
    }
    if (NOTHING_CAME.includes(answer.status) || isEmpty(answer)) return undefined;
    const json = membersOf(answer, path);
    const id = member(json, 'NextMessageId', 'MessageId', 'Id');
    const waiting = Number(member(json, 'MessageCount', 'Count') ?? Number.NaN);
    const messageId = idOf(id);
    if (messageId !== undefined) {
      return { messageId, ...(waiting >= 0 && { waiting: Math.min(Math.round(waiting), MAX_WAITING) }) };
    }
    refuseServiceError(json, path);
    // The names of these members are not published: an answer that is not understood is no empty mailbox.
    const isNone = isNoId(id) ? !(waiting > 0) : id === undefined && waiting === 0;
    if (isNone) return undefined;
    throw new ItasFailure(`ITAS answered ${path} with neither a message nor that there is none`);
  }

  async receive(subscriberId: string, { messageId }: Peeked, signal?: AbortSignal): Promise<Received> {
    const path = '/Events/Receive';
    const query = { subscriberId, messageId, lockTimeout: String(LOCK_SECONDS) };
    const answer = await this.http.send({ method: 'POST', path, query, signal });
    const { bytes: original } = answer;
    refuseUnlessJson(answer, path);
    // What is not this message (an error in the guise of an answer, say) must not be taken for it and confirmed.
    if (messageIdIn(original) !== messageId) {
      throw new ItasFailure(`ITAS answered ${path} with another message`);
    }
    const lockId = lockIdIn(original);
    return { original, ...(lockId !== undefined && { lockId }) };
  }

  async confirm(
    subscriberId: string,
    messageId: string,
    { lockId }: Received,
    signal?: AbortSignal,
  ): Promise<void> {
    const path = '/Events/Confirm';
    const query = { subscriberId, messageId, ...(lockId !== undefined && { lockid: lockId }) };
    refuseUnlessDone(await this.http.send({ method: 'DELETE', path, query, signal }, 404, 410), path);
  }

  close(): Promise<void> {
    return this.http.close();
  }
}
