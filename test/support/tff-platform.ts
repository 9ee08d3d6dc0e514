import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Sending, SpgSimulator } from './spg-simulator';
import { TffTokens } from './tff-tokens';

/** The body of `POST /notifications/replay`, as far as it is understood here. */
interface ReplayRequest {
  readonly status?: 'sent' | 'fail';
  readonly event?: {
    readonly createdFrom?: string;
    readonly createdTo?: string;
    readonly eventType?: string;
  };
  readonly limit: number;
  readonly dryRun: boolean;
}

interface TffPlatformOptions {
  /** Default `karere-at-tff`. */
  readonly clientId?: string;
  /** Default one that has to be encoded to be sent. */
  readonly clientSecret?: string;
  /** How long an access token is good for. Default 3600. */
  readonly tokenSeconds?: number;
}

/**
 * TFF's notification platform on loopback: gives out tokens and replays (Notifications Management API) what
 * the connected simulator holds. Replays run after the answer, as `Queued` says.
 */
export class TffPlatform {
  /** Replays that were granted, dry runs too. */
  readonly replays: ReplayRequest[] = [];
  private readonly refusals: { readonly path: string; readonly status: number }[] = [];
  private readonly running = new Set<Promise<unknown>>();
  private simulator: SpgSimulator | undefined;

  private constructor(
    private readonly server: Server,
    readonly tokens: TffTokens,
  ) {}

  static async start(options: TffPlatformOptions = {}): Promise<TffPlatform> {
    const { clientId = 'karere-at-tff', clientSecret = 'kūmara & pāua: 50 %', tokenSeconds = 3600 } = options;
    const server = createServer();
    const platform = new TffPlatform(server, new TffTokens(clientId, clientSecret, tokenSeconds));
    server.on('request', (request, response) => void platform.answer(request, response));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return platform;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/tff`;
  }

  /** What a gateway has to be told to use it. */
  get environment(): Record<string, string> {
    return {
      TFF_NOTIFICATIONS_URL: this.url,
      TFF_TOKEN_URL: `${this.url}/token`,
      TFF_CLIENT_ID: this.tokens.clientId,
      TFF_CLIENT_SECRET: this.tokens.clientSecret,
    };
  }

  /** Names the one whose notifications are replayed. */
  connect(simulator: SpgSimulator): void {
    this.simulator = simulator;
  }

  /** Refuses the next requests of one kind, whatever they are. */
  refuseNext(what: 'token' | 'notifications/replay', times: number, status = 503): void {
    for (let count = 0; count < times; count += 1) this.refusals.push({ path: `/tff/${what}`, status });
  }

  /** Waits until all that was to be replayed has been sent. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  async stop(): Promise<void> {
    await this.idle();
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const [status, answer] = this.handle(request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  private handle({ method, url = '', headers }: IncomingMessage, body: string): [number, object] {
    const refusal = this.refusals.findIndex(({ path }) => path === url);
    if (refusal >= 0) return [this.refusals.splice(refusal, 1)[0]?.status ?? 503, { message: 'as ordered' }];
    if (method === 'POST' && url === '/tff/token') return this.giveToken(headers.authorization, body);
    if (method === 'POST' && url === '/tff/notifications/replay') {
      if (this.tokens.isValid(headers.authorization, Date.now())) return this.replay(body);
      return [401, { message: 'The token is not valid, or not any more.' }];
    }
    return [404, { message: 'There is nothing here.' }];
  }

  private giveToken(authorization: string | undefined, body: string): [number, object] {
    if (new URLSearchParams(body).get('grant_type') !== 'client_credentials') {
      return [400, { error: 'unsupported_grant_type' }];
    }
    if (!this.tokens.isClient(authorization)) return [401, { error: 'invalid_client' }];
    return [200, this.tokens.issue(Date.now())];
  }

  private replay(body: string): [number, object] {
    const request = JSON.parse(body) as Partial<ReplayRequest>;
    if (!(Number(request.limit) >= 1) || typeof request.dryRun !== 'boolean') {
      return [400, { message: 'limit and dryRun are required.' }];
    }
    this.replays.push(request as ReplayRequest);
    const found = this.find(request as ReplayRequest);
    if (!request.dryRun) for (const sending of found) this.sendAgain(sending);
    const status = request.dryRun ? 'DryRun' : 'Queued';
    const notifications = found.map(() => ({ id: randomUUID(), status }));
    return [200, { id: randomUUID(), request, results: { sent: found.length, errored: 0, notifications } }];
  }

  private find({ status = 'fail', event = {}, limit }: ReplayRequest): Sending[] {
    const { createdFrom, createdTo, eventType = 'SPWorkOrderNotification' } = event;
    if (!this.simulator || eventType !== 'SPWorkOrderNotification') return [];
    return this.simulator.find({
      status,
      limit,
      ...(createdFrom !== undefined && { createdFrom: new Date(createdFrom) }),
      ...(createdTo !== undefined && { createdTo: new Date(createdTo) }),
    });
  }

  /** One that is not accepted stays failed; whoever asks for it again gets it again. */
  private sendAgain(sending: Sending): void {
    const run = this.simulator?.sendAgain(sending).catch(() => undefined);
    if (!run) return;
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
  }
}
