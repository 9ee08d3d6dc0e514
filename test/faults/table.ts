import type { Outcome, Row } from './run-fault';

const COLUMNS: readonly { readonly title: string; readonly of: (outcome: Outcome) => string }[] = [
  { title: 'requests cut', of: ({ cutRequests }) => String(cutRequests) },
  { title: 'stored, not answered', of: ({ storedUnanswered }) => String(storedUnanswered) },
  { title: 'accepted', of: ({ accepted }) => String(accepted) },
  { title: 'delivered', of: ({ delivered }) => String(delivered) },
  { title: 'lost', of: ({ lost }) => String(lost) },
  { title: 'duplicated', of: ({ duplicated }) => String(duplicated) },
  { title: 'deliveries cut', of: ({ cutDeliveries }) => String(cutDeliveries) },
  { title: 'at webhooks', of: ({ webhooks }) => String(webhooks) },
  { title: 'again', of: ({ again }) => String(again) },
  { title: 'on JetStream', of: ({ inStream }) => String(inStream ?? '-') },
  { title: 'slowest recovery', of: ({ slowestRecoveryMs }) => seconds(slowestRecoveryMs) },
];

/** All rows for a person: a line each, then whatever must not be. */
export function toTable(rows: readonly Row[]): string {
  const cells = [['fault', 'rounds', ...COLUMNS.map(({ title }) => title)], ...rows.map(toCells)];
  const full = cells.filter(({ length }) => length > SHORT);
  const widths = cells[0]?.map((_, column) => {
    const within = column < SHORT - 1 ? cells : full;
    return Math.max(...within.map((line) => line[column]?.length ?? 0));
  });
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths?.[0] ?? 0) : cell.padStart(widths?.[column] ?? 0),
      )
      .join('  '),
  );
  const breaches = rows.flatMap(({ fault, breaches: found }) => found.map((breach) => `${fault}: ${breach}`));
  return `${[...lines, ...(breaches.length > 0 ? ['', ...breaches] : [])].join('\n')}\n`;
}

/** Cells of a row without an outcome: a sentence instead. */
const SHORT = 3;

function toCells({ fault, rounds, outcome }: Row): string[] {
  const numbers = typeof outcome === 'string' ? [outcome] : COLUMNS.map(({ of }) => of(outcome));
  return [fault, String(rounds), ...numbers];
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '-' : `${(milliseconds / 1000).toFixed(1)} s`;
}
