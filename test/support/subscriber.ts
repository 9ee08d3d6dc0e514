import type { Gateway } from './gateway';
import { type Answer, ask } from './http';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface WebhookChannel {
  readonly id: string;
  readonly state: 'enabled' | 'disabled';
  readonly secret?: string;
  readonly webhook: readonly {
    readonly callbackUri: string;
    readonly errorStrategy: 'ignore' | 'retry';
    readonly auth?: { readonly username: string; readonly password: string };
    readonly apiKey?: string;
    readonly ratePerSecond?: number;
  }[];
}

export interface Subscription {
  readonly id: string;
  readonly eventType: string;
  readonly filters?: object;
  readonly contactEmails: readonly { readonly email: string }[];
  readonly expiresOn: string;
  readonly state: 'active' | 'expired';
  readonly clientId: string;
  readonly organisation: string;
  readonly partyIds: readonly string[];
  readonly notificationChannels: {
    readonly email: readonly {
      readonly id: string;
      readonly state: 'enabled' | 'disabled';
      readonly email: readonly { readonly email: string }[];
    }[];
    readonly webhook: readonly WebhookChannel[];
  };
}

/** A request for a subscription that is good as it stands but for its channels. */
export function subscriptionTo(callbackUri: string, more: object = {}): object {
  return {
    eventType: 'SPWorkOrderNotification',
    contactEmails: [{ email: 'contact@example.co.nz' }],
    notificationChannels: { webhook: [{ callbackUri }] },
    ...more,
  };
}

/** A party that uses the Notifications Management API. */
export class Subscriber {
  private token: string | undefined;

  constructor(
    private readonly gateway: Pick<Gateway, 'url' | 'token'>,
    /** The gateway's own events, such as those of work orders, are of the party `owner`. */
    readonly partyId = 'owner',
    private readonly scope = '',
  ) {}

  async ask(method: Method, path: string, body?: unknown): Promise<Answer> {
    this.token ??= await this.gateway.token({ partyId: this.partyId, scope: this.scope });
    return ask(`${this.gateway.url}/tuatahi${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** @throws when it is refused */
  async subscribe(request: object): Promise<Subscription> {
    const { status, body } = await this.ask('POST', '/subscriptions', request);
    if (status !== 201) throw new Error(`refused with ${status}: ${JSON.stringify(body)}`);
    return body as object as Subscription;
  }
}

/** @throws when there is none */
export function onlyWebhook({ notificationChannels: { webhook } }: Subscription): WebhookChannel {
  const [channel] = webhook;
  if (!channel) throw new Error('the subscription has no webhook');
  return channel;
}
