import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { type Gateway, startGateway } from './support/gateway';
import { ISSUER, SECRET } from './support/make-token';
import { makeTempFolder } from './support/temp-folder';
import { outcome } from './support/token-outcome';
import { withoutABuild } from './support/without-a-build';

/** As `node dist/src/auth/token.js`. */
const TOKEN = withoutABuild('src/auth/token.ts');

const WHO = ['--party-id', 'owner', '--client-id', 'me', '--organisation', 'us'];
const USAGE =
  'usage: npm run token -- --party-id P --client-id C --organisation O [--scope "a b"] [--ttl 1h]\n';

let folder: string;
let gateway: Gateway;

beforeAll(async () => {
  folder = await makeTempFolder();
  gateway = await startGateway({ env: { AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: ISSUER } });
});
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true });
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command where there is no `.env`. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const own = { PATH: process.env['PATH'], AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: ISSUER, ...env };
  return new Promise((done) => {
    execFile(process.execPath, [...TOKEN, ...args], { cwd: folder, env: own }, (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

function claimsOf(token: string): Record<string, unknown> {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return JSON.parse(payload) as Record<string, unknown>;
}

it('prints a token that is let in', async () => {
  const { stdout, stderr, code } = await run([...WHO, '--scope', 'events:admin spg:read', '--ttl', '2m']);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  expect(stdout).toMatch(/^[\w.-]+\n$/);
  expect(await outcome(gateway, stdout.trim())).toBe('200');
  const { iat, ...claims } = claimsOf(stdout);
  expect(claims).toEqual({
    partyId: 'owner',
    clientId: 'me',
    organisation: 'us',
    scope: 'events:admin spg:read',
    iss: ISSUER,
    aud: 'karere',
    exp: Number(iat) + 120,
  });
});

it('gives it no scope and an hour unless told otherwise', async () => {
  const { stdout } = await run(WHO);
  expect(await outcome(gateway, stdout.trim())).toBe('403 This needs the scope "spg:read".');
  const { iat, exp, scope } = claimsOf(stdout);
  expect({ scope, seconds: Number(exp) - Number(iat) }).toEqual({ scope: '', seconds: 3600 });
});

it('makes one that only a gateway with the same secret lets in', async () => {
  const { stdout } = await run([...WHO, '--scope', 'spg:read'], { AUTH_JWT_SECRET: '' });
  expect(await outcome(gateway, stdout.trim())).toBe('401 The bearer token is not valid.');
});

it.each([
  ['nobody is named', [], USAGE],
  ['somebody is named in part', WHO.slice(0, 4), USAGE],
  ['the time is no time', [...WHO, '--ttl', 'long'], USAGE],
  ['an option is unknown', [...WHO, '--scopes', 'spg:read'], "Unknown option '--scopes'"],
])('explains itself when %s', async (_case, args, expected) => {
  const { stdout, stderr, code } = await run(args);
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
  expect(stderr).toContain(expected);
});

it('makes none where somebody else issues them', async () => {
  const env = { AUTH_JWT_SECRET: '', AUTH_JWKS_URL: 'https://login.example.nz/keys' };
  const { stdout, stderr, code } = await run(WHO, env);
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
  expect(stderr).toMatch(/^Tokens are issued by the owner of AUTH_JWKS_URL/);
});
