import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { InvalidSigningSecret, newSigningSecret, signatureHeaders } from '../../src/delivery/signature';

const id = '0197b0a4-5b8e-7c3e-9a55-3f1f0c2f9d11';
const body = '{"eventId":"17","message":{"status":"Māori 😀"}}';
const timestamp = new Date();

function signed(...secrets: string[]): Record<string, string> {
  return { ...signatureHeaders({ id, timestamp, body, secrets }) };
}

describe('signatureHeaders', () => {
  it('passes the verification of the Standard Webhooks library', () => {
    const secret = newSigningSecret();
    expect(new Webhook(secret).verify(body, signed(secret))).toEqual(JSON.parse(body));
  });

  it('signs as the library signs', () => {
    const secret = newSigningSecret();
    expect(signed(secret)['webhook-signature']).toBe(new Webhook(secret).sign(id, timestamp, body));
  });

  it('agrees with the example that is published with the specification', () => {
    expect(
      signatureHeaders({
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        timestamp: new Date(1_614_265_330_000),
        body: '{"test": 2432232314}',
        secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      }),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('can be verified with either secret while one replaces the other', () => {
    const [fresh, old] = [newSigningSecret(), newSigningSecret()];
    const headers = signed(fresh, old);
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/);
    for (const secret of [fresh, old]) expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
  });

  it('is refused with another secret, another body, another id, or when it is old', () => {
    const secret = newSigningSecret();
    const webhook = new Webhook(secret);
    const headers = signed(secret);
    const anHourAgo = new Date(timestamp.getTime() - 3_600_000);
    const old = { ...signatureHeaders({ id, timestamp: anHourAgo, body, secrets: [secret] }) };
    for (const forged of [
      () => new Webhook(newSigningSecret()).verify(body, headers),
      () => webhook.verify(body.replace('17', '18'), headers),
      () => webhook.verify(body, { ...headers, 'webhook-id': 'other' }),
      () =>
        webhook.verify(body, {
          ...headers,
          'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1),
        }),
      () => webhook.verify(body, old),
    ]) {
      expect(forged).toThrow(WebhookVerificationError);
    }
  });

  it.each(['', 'whsec_', 'secret', 'whsec_c2hvcnQ=', `whsec_${Buffer.alloc(65).toString('base64')}`])(
    'does not sign with %j, and does not repeat it',
    (secret) => {
      expect(() => signed(secret)).toThrow(
        new InvalidSigningSecret('A signing secret is whsec_ and 24 to 64 bytes in base64'),
      );
    },
  );

  it('does not go without a signature', () => {
    expect(() => signed()).toThrow(InvalidSigningSecret);
  });
});

describe('newSigningSecret', () => {
  it('is 32 random bytes, another each time', () => {
    const secrets = Array.from({ length: 100 }, newSigningSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) {
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
    }
  });
});
