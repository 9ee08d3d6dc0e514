import { performance } from 'node:perf_hooks';
import { itasMessage } from '../support/itas-message';
import { ItasServer } from '../support/itas-server';
import { waitFor } from '../support/wait-for';
import { BareMailboxLoop } from './bare-mailbox-loop';
import { KARERE_ALL } from './contenders';
import type { Bench, Findings } from './result';
import { query } from './server';
import { median, spreadPercent } from './statistics';
import { Subject } from './subject';

/** What each call of the mailbox takes: to a server in the same country, which has to look into its own database. */
const DELAY_MS = 5;

/** For each second of a turn; three calls a message leave room for no more than 66. */
const MESSAGES_PER_SECOND = 48;

/** Somebody who empties a mailbox of their own, which has their name. */
interface Reader {
  readonly name: string;
  /** Empties it, if that does not happen by itself. */
  readonly read: () => Promise<void>;
  readonly rates: number[];
}

/** Whether messages come out of a mailbox as fast as its round trips allow. */
export const mailbox: Bench = {
  name: 'mailbox',
  asks: `messages per second out of a mailbox at ITAS, each call of which takes ${DELAY_MS} ms`,
  async run({ options, server, cleanUp, say }) {
    const itas = await ItasServer.start({ delayMs: DELAY_MS });
    cleanUp.defer(() => itas.stop());
    const bareLoop = await BareMailboxLoop.open(itas, 'bare');
    cleanUp.defer(() => bareLoop.close());
    const databaseUrl = await server.createDatabase('mailbox');
    const env = { ...KARERE_ALL.env, ...itas.environment(1, '3-8') };
    const subject = await Subject.start({ ...KARERE_ALL, env }, databaseUrl, server.folder);
    cleanUp.defer(() => subject.stop());
    await waitFor(
      'karere polls its mailbox',
      () => itas.calls,
      (calls) => calls.includes('GET /Events/Peek'),
    );

    const bare: Reader = { name: 'bare', read: () => bareLoop.empty(), rates: [] };
    const karere: Reader = { name: 'karere', read: () => Promise.resolve(), rates: [] };
    const messages = options.seconds * MESSAGES_PER_SECOND;
    const warmUp = options.warmUp * MESSAGES_PER_SECOND;
    for (const reader of [bare, karere]) await takeTurn(itas, reader, warmUp);
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const reader of round % 2 === 1 ? [bare, karere] : [karere, bare]) {
        await server.checkpoint();
        const rate = await takeTurn(itas, reader, messages);
        reader.rates.push(rate);
        say(`round ${round}/${options.rounds}  ${reader.name}: ${rate.toFixed(1)} per second`);
      }
    }
    await audit(databaseUrl, warmUp + options.rounds * messages);
    return findings(bare, karere);
  },
};

/** @returns messages per second */
async function takeTurn(itas: ItasServer, { name, read }: Reader, messages: number): Promise<number> {
  const own = itas.mailbox(name);
  const start = performance.now();
  for (let n = 0; n < messages; n += 1) {
    const message = itasMessage('TID-013');
    own.add(String(message['MessageId']), JSON.stringify(message));
  }
  await read();
  await waitFor(
    `the mailbox of ${name} is empty`,
    () => own.size,
    (size) => size === 0,
    600_000,
  );
  return (1000 * messages) / (performance.now() - start);
}

/** @throws when not exactly what was confirmed is stored, and stated */
async function audit(databaseUrl: string, confirmed: number): Promise<void> {
  const [row] = await query<{ stored: number; stated: number }>(
    databaseUrl,
    `SELECT (SELECT count(*)::int FROM itas_message) AS stored,
            (SELECT count(*)::int FROM domain_event WHERE source = '/itas-events') AS stated`,
  );
  if (row?.stored !== confirmed || row.stated !== confirmed) {
    throw new Error(`${confirmed} were confirmed, ${row?.stored} are stored, ${row?.stated} are stated`);
  }
}

function findings(bare: Reader, karere: Reader): Findings {
  return {
    rows: [bare, karere].map(({ name, rates }) => ({
      subject: name === 'bare' ? 'bare peek, receive, confirm' : name,
      'per second': median(rates),
      'spread %': spreadPercent(rates),
    })),
    targets: [
      {
        what: 'karere ÷ a loop that only peeks, receives and confirms',
        atLeast: 0.9,
        measured: median(karere.rates.map((rate, round) => rate / (bare.rates[round] ?? Number.NaN))),
      },
    ],
  };
}
