import type { TffReplayConfig } from './tff-replay-config';

const TIMEOUT_MS = 10_000;

/** A token is not used in its last seconds. */
const TOKEN_MARGIN_MS = 30_000;

/** When the notifications to replay were created: the instants of their neighbours that did arrive. */
export interface ReplayWindow {
  /** Inclusive (RFC 3339). Absent: from the beginning. */
  readonly createdFrom?: string;
  /** Exclusive. */
  readonly createdTo?: string;
  /** Notifications at most. */
  readonly limit: number;
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
  async requestReplay(window: ReplayWindow): Promise<void> {
    for (const status of ['fail', 'sent'] as const) {
      const answer = await this.post(status, window);
      // The token may have been revoked before its time: once more with a new one.
      const final = answer === 401 ? await this.post(status, window) : answer;
      if (final < 200 || final >= 300) {
        throw new ReplayRefused(`TFF answered ${final} to the request for a replay`);
      }
    }
  }

  /** @returns the status of the answer */
  private async post(status: 'fail' | 'sent', { limit, ...times }: ReplayWindow): Promise<number> {
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
    await response.body?.cancel();
    if (response.status === 401) this.token = undefined;
    return response.status;
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
    if (!response.ok) throw new ReplayRefused(`TFF answered ${response.status} to the request for a token`);
    const { access_token: value, expires_in: seconds } = (await response.json()) as Record<string, unknown>;
    if (typeof value !== 'string') throw new ReplayRefused('TFF answered without an access_token');
    const lifetimeMs = (typeof seconds === 'number' ? seconds : 300) * 1000;
    this.token = { value, expiresAt: Date.now() + lifetimeMs - TOKEN_MARGIN_MS };
    return value;
  }
}
