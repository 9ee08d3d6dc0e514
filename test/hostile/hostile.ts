import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SignJWT } from 'jose';
import { DEVELOPMENT } from '../../src/development';
import { CleanUp } from '../support/clean-up';
import { endEmbeddedDatabase } from '../support/embedded-database';
import { GatewayProcess } from '../support/gateway-process';
import { ServiceMobility } from '../support/service-mobility';
import { makeTempFolder } from '../support/temp-folder';
import { attack, type Result } from './attack';
import type { Credentials } from './requests';

const SCOPES =
  'spg:read events:read events:admin events:publish itas:publish itas:read itas:admin bookings:read bookings:admin notifications:admin';

/** `npm run test:hostile`: sends generated requests to every operation and judges every answer. Exit code 1 if any is wrong. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '200000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    },
  });
  const cleanUp = new CleanUp();
  try {
    const dataDir = await makeTempFolder();
    cleanUp.defer(() => rm(dataDir, { recursive: true, force: true }));
    const env = { RATE_LIMIT_PER_SECOND: '0', LOG_LEVEL: 'fatal' };
    const gateway = new GatewayProcess({ dataDir, env });
    cleanUp.defer(() => endEmbeddedDatabase(dataDir));
    cleanUp.defer(() => gateway.stop());
    const url = await gateway.ready();
    const seed = Number(values.seed);
    const begun = Date.now();
    const result = await attack(
      { url, credentials: await credentialsFor(url) },
      {
        requests: Number(values.requests),
        seed,
        onProgress: (sent) => process.stderr.write(`${sent} sent\n`),
      },
    );
    process.stdout.write(`${toTable(result)}\nseed ${seed}, ${((Date.now() - begun) / 1000).toFixed(0)} s\n`);
    if (result.faults.length > 0) process.exitCode = 1;
  } finally {
    await cleanUp.run();
  }
}

async function credentialsFor(url: string): Promise<Credentials> {
  const token = await new SignJWT({ partyId: 'owner', clientId: 'c', organisation: 'o', scope: SCOPES })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(DEVELOPMENT.issuer)
    .setAudience('karere')
    .setExpirationTime('12h')
    .sign(new TextEncoder().encode(DEVELOPMENT.jwtSecret));
  const mobility = new ServiceMobility({ url, secret: DEVELOPMENT.followup.jwtSecret });
  return {
    'spg-key': { 'x-api-key': DEVELOPMENT.spgApiKey },
    token: { authorization: `Bearer ${token}` },
    'followup-token': { 'x-access-token': (await mobility.ownTechnician('tui')).token },
  };
}

/** A line for each operation, then what was wrong, each kind of it once for each operation. */
function toTable({ statuses, faults }: Result): string {
  const lines = [...statuses].map(([name, counts]) => {
    const told = [...counts].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    return `${name.padEnd(70)} ${told.join('  ')}`;
  });
  const kinds = new Map(faults.map((fault) => [`${fault.what} ${fault.request.split('\n')[0]}`, fault]));
  const wrong = [...kinds.values()].map(({ what, request, answer }) => `\n${what}\n${request}\n${answer}`);
  const sent = [...statuses.values()].flatMap((counts) => [...counts.values()]).reduce((a, b) => a + b, 0);
  return [...lines, '', `${sent} answers, ${faults.length} of them wrong`, ...wrong].join('\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
