import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { CompactSign, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { DEVELOPMENT } from '../src/development';
import { mobilityOf, technicianOf } from './support/followup';
import { type Gateway, startGateway } from './support/gateway';
import { type Answer, ask } from './support/http';
import { bytesOf, inSeconds } from './support/make-token';
import { rowCounts } from './support/rows';
import { withoutABuild } from './support/without-a-build';

const SECRET = 'a-secret-that-is-shared-with-service-mobility';
const ROUTE = '/followup-booking/appointments/open-slots';

let gateway: Gateway;
const replicas: Gateway[] = [];

beforeAll(async () => {
  gateway = await startGateway({ env: { FOLLOWUP_JWT_SECRET: SECRET } });
});
afterAll(async () => {
  for (const other of replicas) await other.close();
  await gateway.close();
});

/** Another gateway on the same database, with settings of its own. */
async function replica(env: Record<string, string>): Promise<Gateway> {
  const started = await startGateway({ databaseUrl: gateway.databaseUrl, env });
  replicas.push(started);
  return started;
}

interface Wanted {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: { alg: string; typ?: string; kid?: string };
  readonly key?: Parameters<SignJWT['sign']>[0];
}

/** A token as ServiceMobility makes it, or one that differs from it in what a test wants. */
function makeToken({ claims, header = { alg: 'HS256', typ: 'JWT' }, key = bytesOf(SECRET) }: Wanted = {}) {
  return new SignJWT({ iat: inSeconds(-10), exp: inSeconds(300), name: 'h.parata', ...claims })
    .setProtectedHeader(header)
    .sign(key);
}

function searchWith(headers: Record<string, string>): Promise<Answer> {
  return ask(gateway.url + ROUTE, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({}),
  });
}

/** Let in, or the detail of the refusal, which neither holds the token nor leaves it in the log. */
async function outcomeOf(token: string): Promise<string> {
  const answer = await searchWith({ 'x-access-token': token });
  expect(answer.bytes.toString()).not.toContain(token);
  expect(JSON.stringify(gateway.logs)).not.toContain(token);
  if (answer.status === 400) return 'let in'; // and told that the body is not good
  expect(answer).toMatchObject({
    status: 401,
    headers: { 'content-type': 'application/problem+json; charset=utf-8' },
  });
  expect(answer.body).toEqual({
    type: 'urn:problem-type:karere:followup-invalid-logon',
    title: 'Invalid Logon.',
    status: 401,
    detail: answer.body['detail'],
    instance: ROUTE,
  });
  return String(answer.body['detail']);
}

const NOT_SIGNED = 'The token in x-access-token is not one that was signed with the agreed secret by HS256.';

function claimRefused(claim: string): string {
  return `The claim "${claim}" of the token in x-access-token is missing, or not acceptable now.`;
}

describe('a token of ServiceMobility', () => {
  it('is let in', async () => {
    expect(await outcomeOf(await makeToken())).toBe('let in');
  });

  it('is let in with claims that nobody here knows, and from a clock that is a little ahead or behind', async () => {
    expect(await outcomeOf(await makeToken({ claims: { expdb: 3600, email: 'h@example.nz' } }))).toBe(
      'let in',
    );
    expect(await outcomeOf(await makeToken({ claims: { iat: inSeconds(20) } }))).toBe('let in');
    expect(await outcomeOf(await makeToken({ claims: { exp: inSeconds(-20) } }))).toBe('let in');
    expect(await outcomeOf(await makeToken({ claims: { nbf: inSeconds(20) } }))).toBe('let in');
  });

  it('is refused when it has expired', async () => {
    const expired = await makeToken({ claims: { iat: inSeconds(-4000), exp: inSeconds(-31) } });
    expect(await outcomeOf(expired)).toBe('The token in x-access-token has expired.');
  });

  it('is refused when it is not valid yet', async () => {
    expect(await outcomeOf(await makeToken({ claims: { nbf: inSeconds(40) } }))).toBe(claimRefused('nbf'));
    expect(await outcomeOf(await makeToken({ claims: { iat: inSeconds(40) } }))).toBe(
      'The token in x-access-token was issued in the future.',
    );
  });

  it('is refused without exp, and with an exp or iat that is no time', async () => {
    expect(await outcomeOf(await makeToken({ claims: { exp: undefined } }))).toBe(claimRefused('exp'));
    for (const claim of ['exp', 'iat']) {
      expect(await outcomeOf(await makeToken({ claims: { [claim]: 'soon' } }))).toBe(claimRefused(claim));
    }
  });

  it('may leave out when it was issued, which the interface does not ask for', async () => {
    expect(await outcomeOf(await makeToken({ claims: { iat: undefined } }))).toBe('let in');
  });

  it('is refused when it was signed with another secret', async () => {
    expect(await outcomeOf(await makeToken({ key: bytesOf(`${SECRET}x`) }))).toBe(NOT_SIGNED);
    expect(await outcomeOf(await makeToken({ key: bytesOf(DEVELOPMENT.followup.jwtSecret) }))).toBe(
      NOT_SIGNED,
    );
    expect(await outcomeOf(await makeToken({ key: bytesOf(DEVELOPMENT.jwtSecret) }))).toBe(NOT_SIGNED);
  });

  it('is refused unsigned: alg none, in any spelling, with or without a signature', async () => {
    const claims = { iat: inSeconds(-10), exp: inSeconds(300) };
    expect(await outcomeOf(new UnsecuredJWT(claims).encode())).toBe(NOT_SIGNED);
    const [, payload, signature] = (await makeToken()).split('.');
    for (const alg of ['none', 'None', 'NONE', '']) {
      const head = Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
      expect(await outcomeOf(`${head}.${payload}.`)).toBe(NOT_SIGNED);
      expect(await outcomeOf(`${head}.${payload}.${signature}`)).toBe(NOT_SIGNED);
    }
  });

  it('is refused by another algorithm, also when that is right for the key', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
    expect(await outcomeOf(await makeToken({ header: { alg: 'RS256' }, key: privateKey }))).toBe(NOT_SIGNED);
    expect(await outcomeOf(await makeToken({ header: { alg: 'HS512' } }))).toBe(NOT_SIGNED);
    // Confusion: the text of a public key as the secret of HS256.
    const asSecret = bytesOf(await exportSPKI(publicKey));
    expect(await outcomeOf(await makeToken({ key: asSecret }))).toBe(NOT_SIGNED);
  });

  it('is refused when a part of it was changed, or what it holds is no claims', async () => {
    const [head, payload = '', signature] = (await makeToken()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claims, exp: inSeconds(9999) })).toString('base64url');
    expect(await outcomeOf(`${head}.${forged}.${signature}`)).toBe(NOT_SIGNED);
    const noClaims = new CompactSign(bytesOf('[]'))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(bytesOf(SECRET));
    expect(await outcomeOf(await noClaims)).toBe(NOT_SIGNED);
    for (const text of ['no-token', 'aaa.bbb.ccc', 'aaa.bbb', '{"alg":1}', 'Bearer a.b'])
      expect(await outcomeOf(text)).toBe(NOT_SIGNED);
  });

  it('is asked for, and looked for nowhere else', async () => {
    const token = await makeToken();
    for (const headers of [
      {},
      { 'x-access-token': '' },
      { authorization: `Bearer ${token}` },
      { cookie: `x-access-token=${token}` },
    ]) {
      const { status, body } = await searchWith(headers);
      expect([status, body['title'], body['detail']]).toEqual([
        401,
        'Invalid Logon.',
        'Send a token in the header x-access-token.',
      ]);
    }
    expect(
      (await searchWith({ 'x-access-token': await gateway.token({ scope: 'bookings:admin' }) })).status,
    ).toBe(401);
  });

  it('is needed to book, too; without it nothing is looked at and nothing written', async () => {
    const before = await rowCounts(gateway.dataSource);
    const answer = await ask(`${gateway.url}/followup-booking/work-orders/WO-1/followup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(answer).toMatchObject({ status: 401, body: { title: 'Invalid Logon.' } });
    expect(await rowCounts(gateway.dataSource)).toEqual(before);
  });

  it('opens nothing but what ServiceMobility needs', async () => {
    const headers = { 'x-access-token': await makeToken() };
    for (const path of ['bookings', 'bookings/FU-000001', 'calendars/*']) {
      expect((await ask(`${gateway.url}/followup-booking/${path}`, { headers })).status).toBe(401);
    }
  });
});

describe('who logs in', () => {
  it('with the right password gets a token that opens the search, for as long as it says', async () => {
    const { status, body } = await mobilityOf(gateway).logIn('technician', 'karere');
    expect({ status, members: Object.keys(body) }).toEqual({ status: 200, members: ['token'] });
    const [head, payload] = String(body['token'])
      .split('.', 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown) as [
      unknown,
      { iat: number; exp: number },
    ];
    expect(head).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toEqual({
      sub: 'technician',
      name: 'technician',
      iat: payload.iat,
      exp: payload.iat + 43_200,
    });
    expect(Math.abs(payload.iat - inSeconds(0))).toBeLessThan(10);
    expect(await outcomeOf(String(body['token']))).toBe('let in');
    const technician = await mobilityOf(gateway).technician('technician', 'karere');
    expect((await technician.openSlots({ orderNum: 'WO-1' })).length).toBeGreaterThan(0);
  });

  it.each([
    ['with another password', 'technician', 'Karere'],
    ['with none of the letters', 'technician', ' '],
    ['as nobody that there is', 'stranger', 'karere'],
    ['as a member that every object has', '__proto__', 'karere'],
  ])('%s is refused, and is not told which of both was wrong', async (_case, name, password) => {
    const answer = await mobilityOf(gateway).logIn(name, password);
    expect(answer.body).toEqual({
      type: 'urn:problem-type:karere:followup-invalid-logon',
      title: 'Invalid Logon.',
      status: 401,
      detail: 'There is no such user with this password.',
      instance: '/followup-booking/auth/token',
    });
    expect(JSON.stringify(gateway.logs)).not.toContain(`"${password.trim() || 'no log'}"`);
  });

  it('without a name or a password is told so, and no password is ever echoed', async () => {
    const url = `${gateway.url}/followup-booking/auth/token`;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ username: '', password: ['kakapo'], other: 'kakapo' });
    const answer = await ask(url, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
    expect(answer.body['invalidParams']).toEqual([
      { name: 'username', path: '$.username', reason: 'must be a string of 1 to 200 characters', value: '' },
      { name: 'password', path: '$.password', reason: 'must be a string of 1 to 1000 characters' },
    ]);
    const long = JSON.stringify({ username: 'technician', password: 'kakapo'.repeat(200) });
    for (const { bytes } of [answer, await ask(url, { method: 'POST', headers, body: long })]) {
      expect(bytes.toString()).not.toContain('kakapo');
    }
  });

  it('takes as long to be refused, whether or not there is such a user', async () => {
    const times: Record<string, number[]> = { technician: [], stranger: [] };
    for (let round = 0; round < 3; round += 1) {
      for (const name of Object.keys(times)) {
        const started = performance.now();
        await mobilityOf(gateway).logIn(name, `wrong-${round}`);
        times[name]?.push(performance.now() - started);
      }
    }
    const [known = 0, unknown = 0] = Object.values(times).map((each) => Math.min(...each));
    // A look into a table takes a thousandth of what a hash takes.
    expect(unknown / known).toBeGreaterThan(0.3);
    expect(known / unknown).toBeGreaterThan(0.3);
  });
});

describe('who guesses passwords', () => {
  it('is put off after ten, also when all come at once, and nobody else is', async () => {
    const other = await replica({
      FOLLOWUP_USERS: `aroha:${CHEAP_HASH_OF_KAKAPO},wiremu:${CHEAP_HASH_OF_KAKAPO}`,
      TRUST_PROXY: '1',
    });
    const logIn = (address: string, username: string, password: string): Promise<Answer> =>
      ask(`${other.url}/followup-booking/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        body: JSON.stringify({ username, password }),
      });
    expect((await logIn('192.0.2.1', 'aroha', 'kakapo')).status).toBe(200);
    const guesses = await Promise.all(
      Array.from({ length: 25 }, (_, n) => logIn('192.0.2.1', 'aroha', `guess-${n}`)),
    );
    const statuses = guesses.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([...Array<number>(10).fill(401), ...Array<number>(15).fill(429)]);
    const put = await logIn('192.0.2.1', 'aroha', 'kakapo');
    expect(put).toMatchObject({ status: 429, body: { type: 'urn:problem-type:karere:too-many-requests' } });
    expect(Number(put.headers['retry-after'])).toBeGreaterThan(600);

    expect((await logIn('192.0.2.1', 'wiremu', 'kakapo')).status).toBe(200);
    expect((await logIn('192.0.2.2', 'aroha', 'kakapo')).status).toBe(200);
  });

  it('locks out nobody else, however often: an application that repeats one wrong password is one', async () => {
    const other = await replica({
      FOLLOWUP_USERS: `aroha:${CHEAP_HASH_OF_KAKAPO},wiremu:${CHEAP_HASH_OF_KAKAPO}`,
    });
    const mobility = mobilityOf(other);
    for (let n = 0; n < 10; n += 1) expect((await mobility.logIn('aroha', 'wrong')).status).toBe(401);
    const more = await Promise.all(Array.from({ length: 300 }, () => mobility.logIn('aroha', 'wrong')));
    expect(new Set(more.map(({ status }) => status))).toEqual(new Set([429]));
    expect((await mobility.logIn('wiremu', 'kakapo')).status).toBe(200);
  });

  it('leaves threads for other work, such as looking up the names of webhooks', async () => {
    const answered = new Set<number>();
    const started = performance.now();
    const guesses = Array.from({ length: 8 }, async (_, n) => {
      await mobilityOf(gateway).logIn(`stranger-${n}`, 'guess');
      answered.add(n);
    });
    let slowest = 0;
    while (answered.size < guesses.length) {
      const asked = performance.now();
      await stat(__filename);
      slowest = Math.max(slowest, performance.now() - asked);
    }
    await Promise.all(guesses);
    // All at once, they hold each thread until the last are done.
    expect(slowest).toBeLessThan((performance.now() - started) / 3);
  });

  it('is not meant by who knows it, however often', async () => {
    const other = await replica({ FOLLOWUP_USERS: `aroha:${CHEAP_HASH_OF_KAKAPO}` });
    const mobility = mobilityOf(other);
    for (let n = 0; n < 15; n += 1) expect((await mobility.logIn('aroha', 'kakapo')).status).toBe(200);
    for (let n = 0; n < 9; n += 1) expect((await mobility.logIn('aroha', 'wrong')).status).toBe(401);
    expect((await mobility.logIn('aroha', 'kakapo')).status).toBe(200);
    for (let n = 0; n < 10; n += 1) expect((await mobility.logIn('aroha', 'wrong')).status).toBe(401);
    expect((await mobility.logIn('aroha', 'kakapo')).status).toBe(429);
  });
});

describe('npm run followup-user', () => {
  it('prints an entry of FOLLOWUP_USERS, by which the user can log in', async () => {
    const { stdout } = await followupUser(['wiremu'], 'Tēnā koe, 1000 kākā!\nignored\n');
    expect(stdout).toMatch(/^wiremu:scrypt\.15\.8\.3\.[\w-]{22}\.[\w-]{43}\n$/);
    const other = await replica({ FOLLOWUP_USERS: stdout, FOLLOWUP_TOKEN_TTL_MS: '60000' });
    const mobility = mobilityOf(other);
    expect((await mobility.logIn('wiremu', 'Tēnā koe, 1000 kākā!'.normalize('NFD'))).status).toBe(200);
    expect((await mobility.logIn('wiremu', 'Tena koe, 1000 kaka!')).status).toBe(401);
    expect((await mobility.logIn('technician', 'karere')).status).toBe(401);
  });

  it.each([[[]], [['a,b']], [['a:b']]])('says how it is used when it is called with %j', async (args) => {
    const { code, stderr } = await followupUser(args, 'secret\n');
    expect([code, stderr]).toEqual([1, expect.stringContaining('usage: npm run followup-user --')]);
  });

  it('and when there is no password', async () => {
    expect((await followupUser(['wiremu'], '')).code).toBe(1);
  });
});

it('a technician with a token of ServiceMobility books, whoever the users here are', async () => {
  const technician = await technicianOf(gateway);
  const [slot] = await technician.openSlots({ orderNum: 'WO-AUTH' });
  expect((await technician.book({ orderNum: 'WO-AUTH' }, slot ?? {})).status).toBe(200);
});

/** At the lowest cost, so that many attempts do not take long. */
const CHEAP_HASH_OF_KAKAPO = 'scrypt.10.8.1.c2FsdC1vZi1hLXRlc3Q._FPAnREpLSxrvLRYXm8_CXIj31OiftzBanXx-jLA4ds';

/** As `node dist/src/followup-booking/followup-user.js`. */
const PROGRAM = withoutABuild('src/followup-booking/followup-user.ts');

function followupUser(
  args: readonly string[],
  input: string,
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [...PROGRAM, ...args], (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}
