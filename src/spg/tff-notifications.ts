import { isJsonObject } from '../fields/json-object';
import type { TffReplayConfig } from './tff-replay-config';

const TIMEOUT_MS = 10_000;

/** A token is not used in its last seconds. */
const TOKEN_MARGIN_MS = 30_000;

/** Of a token that does not say how long it is good for. */
const DEFAULT_LIFETIME_SECONDS = 300;

/** When the notifications to replay were created: the instants of their neighbours that did arrive. */
export interface ReplayWindow {
  /** Inclusive (RFC 3339). Absent: from the beginning. */
  readonly createdFrom?: string;
  /** Exclusive. */
  readonly createdTo?: string;
  /** Notifications at most. */
  readonly limit: number;
}

/** What TFF says of a replay, as far as it does: it sends no more at once than its own limit. */
export interface GrantedReplay {
  readonly sent: number;
  readonly errored: number;
}

/** What TFF's notification platform did not grant. Says no more than the status: the answer may hold anything. */
class ReplayRefused extends Error {
  override readonly name = 'ReplayRefused';
}

/** Asks TFF's notification platform to send again (Notifications Management API, `POST /notifications/replay`). */
export class TffNotifications {
  private token: { readonly value: string; readonly expiresAt: number } | undefined;

  constructor(private readonly config: TffReplayConfig) {}

  /**
   * TFF may hold what we lack as failed, or as sent when an answer of ours that never was got it wrong: both
   * are asked for. What comes twice is a duplicate to us.
   * @throws ReplayRefused, or the network's error
   */
  async requestReplay(window: ReplayWindow): Promise<GrantedReplay> {
    const failed = await this.ask('fail', window);
    const sent = await this.ask('sent', window);
    return { sent: failed.sent + sent.sent, errored: failed.errored + sent.errored };
  }

  /** Once more without its end when it is refused: a server that does not know that member answers 400. */
  private async ask(status: 'fail' | 'sent', window: ReplayWindow): Promise<GrantedReplay> {
    const { createdTo, ...open } = window;
    const answer = await this.post(status, window);
    const final = answer.status === 400 && createdTo !== undefined ? await this.post(status, open) : answer;
    if (final.status >= 200 && final.status < 300) return final.granted;
    throw new ReplayRefused(`TFF answered ${final.status} to the request for a replay`);
  }

  /** The token may have been revoked before its time: once more with a new one, then. */
  private async post(status: 'fail' | 'sent', window: ReplayWindow): Promise<Answer> {
    const answer = await this.postOnce(status, window);
    return answer.status === 401 ? this.postOnce(status, window) : answer;
  }

  /** Of `event`, `createdFrom` is published; the rest is not, but "attributes describing the source event". */
  private async postOnce(status: 'fail' | 'sent', { limit, ...times }: ReplayWindow): Promise<Answer> {
    const base = this.config.url.endsWith('/') ? this.config.url : `${this.config.url}/`;
    const response = await fetch(new URL('notifications/replay', base), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await this.accessToken()}` },
      body: JSON.stringify({
        status,
        event: { eventType: 'SPWorkOrderNotification', ...times },
        limit,
        dryRun: false,
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status === 401) this.token = undefined;
    return { status: response.status, granted: resultsIn(await readJson(response)) };
  }

  /** Client credentials grant (RFC 6749 §4.4). */
  private async accessToken(): Promise<string> {
    if (this.token && this.token.expiresAt > Date.now()) return this.token.value;
    const { tokenUrl, clientId, clientSecret } = this.config;
    const credentials = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`);
    const response = await fetch(tokenUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${credentials.toString('base64')}`,
      },
      body: 'grant_type=client_credentials',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = await readJson(response);
    if (!response.ok) throw new ReplayRefused(`TFF answered ${response.status} to the request for a token`);
    const { access_token: value, expires_in: seconds } = isJsonObject(answer) ? answer : {};
    if (typeof value !== 'string') throw new ReplayRefused('TFF answered without an access_token');
    // Some servers write the number as text.
    const lifetimeMs = (Number(seconds ?? Number.NaN) || DEFAULT_LIFETIME_SECONDS) * 1000;
    this.token = { value, expiresAt: Date.now() + lifetimeMs - TOKEN_MARGIN_MS };
    return value;
  }
}

interface Answer {
  readonly status: number;
  readonly granted: GrantedReplay;
}

/** Undefined of a refusal, and of what is no JSON: V8's error would quote it, and it may hold a token. */
async function readJson(response: Response): Promise<unknown> {
  if (response.ok) return response.json().catch(() => undefined);
  await response.body?.cancel();
  return undefined;
}

/** What an answer does not tell counts as 0. */
function resultsIn(answer: unknown): GrantedReplay {
  const results = isJsonObject(answer) && isJsonObject(answer['results']) ? answer['results'] : {};
  return { sent: countOf(results['sent']), errored: countOf(results['errored']) };
}

function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
