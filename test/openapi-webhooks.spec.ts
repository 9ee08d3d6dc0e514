import { Checkpoints } from '../src/tuatahi/checkpoints.service';
import { queueActivations } from './support/activations';
import { newAjv } from './support/ajv';
import { EVENT_TYPES } from './support/event-names';
import { type Gateway, startGateway } from './support/gateway';
import { ask } from './support/http';
import { newParty, type Party } from './support/party';
import { replay, ReplayClock } from './support/replays';
import { type Received, WebhookReceiver } from './support/webhook-receiver';

type Json = Record<string, unknown>;

interface Header {
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Json;
}

interface Webhook {
  readonly summary: string;
  readonly parameters: readonly { readonly $ref: string }[];
  readonly requestBody: { readonly content: { readonly 'application/json': { readonly schema: Json } } };
  readonly responses: Json;
}

/** Of HTTP itself, and the one that OpenAPI leaves to the security schemes. */
const OF_HTTP = new Set([
  'host',
  'connection',
  'content-type',
  'content-length',
  'user-agent',
  'authorization',
]);

const HOUR_MS = 3_600_000;

let gateway: Gateway;
let receiver: WebhookReceiver;
let party: Party;
let webhooks: Readonly<Record<string, { readonly post: Webhook }>>;
let headers: Readonly<Record<string, Header>>;

beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), WebhookReceiver.start()]);
  const { body } = await ask(`${gateway.url}/docs-json`);
  webhooks = body['webhooks'] as typeof webhooks;
  headers = (body['components'] as { parameters: typeof headers }).parameters;
  party = await newParty(gateway, {
    callbackUri: `${receiver.url}/hook`,
    apiKey: 'key-of-the-receiver',
    auth: { username: 'karere', password: 'correct horse' },
  });
});
beforeEach(() => receiver.reset());
afterAll(async () => {
  await receiver.close();
  await gateway.close();
});

function webhookOf(name: string): Webhook {
  const webhook = webhooks[name];
  if (!webhook) throw new Error(`there is no webhook ${name}`);
  return webhook.post;
}

/** That a request is as the document describes it. */
function expectDescribed({ headers: sent, body }: Received): void {
  const { requestBody, parameters } = webhookOf(body.eventType);
  const described = parameters.map(({ $ref }) => $ref.replace('#/components/parameters/', ''));
  expect(Object.keys(sent).filter((name) => !OF_HTTP.has(name) && !described.includes(name))).toEqual([]);
  expect(described.filter((name) => headers[name]?.required && !(name in sent))).toEqual([]);
  const validate = newAjv().compile(requestBody.content['application/json'].schema);
  void validate(body);
  expect(validate.errors ?? []).toEqual([]);
}

/** The one request that came. */
function onlyOne(): Received {
  const [received] = receiver.received;
  if (!received || receiver.received.length > 1) throw new Error(`it was ${receiver.received.length}`);
  return received;
}

it('there is a webhook for each type that is delivered', () => {
  expect(Object.keys(webhooks).toSorted()).toEqual(
    ['ONTActivation', 'SPWorkOrderNotification', 'karere.checkpoint', ...EVENT_TYPES].toSorted(),
  );
});

it('each is described, with the answers that are understood', () => {
  for (const name of Object.keys(webhooks)) {
    const { summary, responses } = webhookOf(name);
    expect([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
    expect(Object.keys(responses).toSorted()).toEqual([
      '2XX',
      '3XX',
      '408',
      '410',
      '429',
      '4XX',
      '503',
      '5XX',
    ]);
  }
});

describe('as it is described comes', () => {
  it('a notification', async () => {
    await queueActivations(gateway, party.id, 1);
    await gateway.deliver();
    expectDescribed(onlyOne());
  });

  it('a notification that is replayed, with the replay', async () => {
    await replay(party.subscriber, {
      status: 'sent',
      event: { createdFrom: '2020-01-01T00:00:00Z' },
      dryRun: false,
    });
    await new ReplayClock(gateway).finish();
    expectDescribed(onlyOne());
    expect(onlyOne().headers).toHaveProperty('x-karere-replay-id');
  });

  it('a sample', async () => {
    await party.subscriber.ask('POST', `/subscriptions/${party.subscription.id}/test`);
    expectDescribed(onlyOne());
    expect(onlyOne().headers).toHaveProperty('x-karere-sample', 'true');
  });

  it('a checkpoint', async () => {
    await gateway.app.get(Checkpoints).send(new Date(Date.now() + 2 * HOUR_MS));
    await gateway.deliver();
    expectDescribed(onlyOne());
    expect(onlyOne().body.eventType).toBe('karere.checkpoint');
  });
});
