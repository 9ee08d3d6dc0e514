import fc from 'fast-check';
import { AddressPolicy, InvalidNetwork } from '../../src/delivery/address-policy';
import { checkCallbackUri } from '../../src/delivery/callback-uri';

const strict = new AddressPolicy();

describe('AddressPolicy', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '203.97.78.43',
    '223.255.255.254',
    '100.63.255.255',
    '100.128.0.0',
    '172.32.0.1',
  ])('allows %s', (address) => {
    expect(strict.refusalOf(address)).toBeUndefined();
    expect(strict.refusalOf(`::ffff:${address}`)).toBeUndefined();
    expect(strict.refusalOf(`64:ff9b::${address}`)).toBeUndefined();
  });

  it.each(['2400:cb00:2048:1::c629:d7a2', '2a00:1450:4009:81f::200e', '2001:4860:4860::8888', '2404:138::1'])(
    'allows %s',
    (address) => {
      expect(strict.refusalOf(address)).toBeUndefined();
    },
  );

  it.each([
    ['0.0.0.0', 'the unspecified address'],
    ['0.1.2.3', 'the unspecified address'],
    ['10.0.0.1', 'a private address'],
    ['10.255.255.255', 'a private address'],
    ['100.64.0.1', 'a shared address (carrier-grade NAT)'],
    ['127.0.0.1', 'a loopback address'],
    ['127.255.255.254', 'a loopback address'],
    ['169.254.169.254', 'a link-local address'],
    ['172.16.0.1', 'a private address'],
    ['172.31.255.255', 'a private address'],
    ['192.168.1.1', 'a private address'],
    ['192.0.0.8', 'not a public address'],
    ['192.0.2.1', 'not a public address'],
    ['192.88.99.1', 'not a public address'],
    ['198.18.0.1', 'not a public address'],
    ['198.51.100.7', 'not a public address'],
    ['203.0.113.7', 'not a public address'],
    ['224.0.0.1', 'a multicast address'],
    ['240.0.0.1', 'not a public address'],
    ['255.255.255.255', 'a broadcast address'],
  ])('refuses %s in all its wrappings: %s', (address, reason) => {
    expect(strict.refusalOf(address)).toBe(reason);
    expect(strict.refusalOf(`::ffff:${address}`)).toBe(reason);
    expect(strict.refusalOf(`64:ff9b::${address}`)).toBe(reason);
    expect(strict.refusalOf(`::${address}`)).toBeDefined();
    expect(strict.refusalOf(`::ffff:0:${address}`)).toBeDefined();
    expect(strict.refusalOf(`64:ff9b:1::${address}`)).toBeDefined();
  });

  it.each([
    ['::', 'the unspecified address'],
    ['::1', 'a loopback address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%eth0', 'a link-local address'],
    ['fd00:ec2::254', 'a private address'],
    ['fc00::1', 'a private address'],
    ['fec0::1', 'not a public address'],
    ['ff02::1', 'a multicast address'],
    ['100::1', 'not a public address'],
    ['2001:db8::1', 'not a public address'],
    ['3fff::1', 'not a public address'],
    ['2002:7f00:1::', 'not a public address'],
    ['2002:808:808::1', 'not a public address'],
    ['2001:0:4136:e378:8000:63bf:80ff:fffe', 'not a public address'],
    ['5f00::1', 'not a public address'],
    ['4000::1', 'not a public address'],
    ['::8.8.8.8', 'not a public address'],
    ['', 'something that is not an address'],
    ['localhost', 'something that is not an address'],
  ])('refuses %j: %s', (address, reason) => {
    expect(strict.refusalOf(address)).toBe(reason);
  });

  it('allows what the operator allows, however it is wrapped, and nothing beside it', () => {
    const policy = new AddressPolicy(['10.1.0.0/16', '127.0.0.1', 'fd12::/16']);
    for (const address of [
      '10.1.2.3',
      '::ffff:10.1.2.3',
      '64:ff9b::a01:203',
      '127.0.0.1',
      'fd12::1',
      '1.1.1.1',
    ]) {
      expect(policy.refusalOf(address)).toBeUndefined();
    }
    for (const address of ['10.2.0.1', '127.0.0.2', 'fd13::1', '0.0.0.0', '::', '::1', '169.254.169.254']) {
      expect(policy.refusalOf(address)).toBeDefined();
    }
  });

  it.each(['10.0.0.0/33', '10.0.0/8', 'example.nz', 'fd00::/129', ''])(
    'does not take %j for a network',
    (text) => {
      expect(() => new AddressPolicy([text])).toThrow(InvalidNetwork);
    },
  );

  it('judges an IPv4 address the same in every wrapping that reaches it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const refusal = strict.refusalOf(address);
        expect(strict.refusalOf(`::ffff:${address}`)).toBe(refusal);
        expect(strict.refusalOf(`64:ff9b::${address}`)).toBe(refusal);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives an answer for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6()), (text) => {
        expect(['undefined', 'string']).toContain(typeof strict.refusalOf(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('checkCallbackUri', () => {
  const rules = { allowHttp: false, addresses: strict };

  it.each([
    'https://hooks.example.co.nz',
    'https://hooks.example.co.nz:8443/karere?x=1',
    'https://1.1.1.1/',
    'https://[2606:4700::1111]/',
    'HTTPS://hooks.example.co.nz/',
    'https://hooks.exämple.nz/',
  ])('takes %s', (uri) => {
    expect(checkCallbackUri(uri, rules)).toBeUndefined();
  });

  it.each([
    ['http://hooks.example.co.nz/', 'must begin with https://'],
    ['ftp://hooks.example.co.nz/', 'must begin with https://'],
    ['javascript:alert(1)', 'must begin with https://'],
    ['https://', 'must be an absolute address (URL)'],
    ['hooks.example.co.nz', 'must be an absolute address (URL)'],
    [' https://hooks.example.co.nz', 'must be an absolute address (URL)'],
    ['https://hooks.exam\tple.co.nz', 'must be an absolute address (URL)'],
    ['https:\\\\hooks.example.co.nz', 'must be an absolute address (URL)'],
    ['https://hooks.example.co.nz/\r\nx-admin: 1', 'must be an absolute address (URL)'],
    ['https://user@hooks.example.co.nz/', 'must not hold a user name or password: use `auth`'],
    ['https://user:pass@hooks.example.co.nz/', 'must not hold a user name or password: use `auth`'],
    ['https://1.1.1.1@127.0.0.1/', 'must not hold a user name or password: use `auth`'],
    ['https://hooks.example.co.nz/#', 'must not have a fragment (#)'],
    ['https://hooks.example.co.nz/#top', 'must not have a fragment (#)'],
    ['https://127.1/', 'must name a host on the public internet: 127.0.0.1 is a loopback address'],
    ['https://2130706433/', 'must name a host on the public internet: 127.0.0.1 is a loopback address'],
    ['https://0x7f.1/', 'must name a host on the public internet: 127.0.0.1 is a loopback address'],
    ['https://0177.0.0.1/', 'must name a host on the public internet: 127.0.0.1 is a loopback address'],
    ['https://127.0.0.1./', 'must name a host on the public internet: 127.0.0.1 is a loopback address'],
    ['https://１２７。0.0.1/', 'must name a host on the public internet: 127.0.0.1 is a loopback address'],
    [
      'https://169.254.169.254/latest/',
      'must name a host on the public internet: 169.254.169.254 is a link-local address',
    ],
    ['https://[::1]/', 'must name a host on the public internet: ::1 is a loopback address'],
    [
      'https://[::ffff:10.0.0.1]/',
      'must name a host on the public internet: ::ffff:a00:1 is a private address',
    ],
    ['https://localhost/', 'must name a host on the public internet: localhost is a loopback address'],
    ['https://LOCALHOST./', 'must name a host on the public internet: localhost is a loopback address'],
    ['https://a.localhost/', 'must name a host on the public internet: a.localhost is a loopback address'],
  ])('says of %j that it %s', (uri, problem) => {
    expect(checkCallbackUri(uri, rules)).toBe(problem);
  });

  it('takes what the operator allows', () => {
    const development = { allowHttp: true, addresses: new AddressPolicy(['127.0.0.0/8', '::1/128']) };
    for (const uri of [
      'http://localhost:4000/',
      'http://127.0.0.1:4000/',
      'http://[::1]:4000/',
      'https://a.nz/',
    ]) {
      expect(checkCallbackUri(uri, development)).toBeUndefined();
    }
    expect(checkCallbackUri('ftp://localhost/', development)).toBe('must begin with https://');
    expect(checkCallbackUri('http://10.0.0.1/', development)).toMatch(/is a private address$/);
  });

  it('gives an answer for any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.webUrl({ withFragments: true, withQueryParameters: true })),
        (uri) => {
          expect(['undefined', 'string']).toContain(typeof checkCallbackUri(uri, rules));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
