import type { Outcome } from './run-fault';

const COLUMNS: readonly { readonly title: string; readonly of: (outcome: Outcome) => string }[] = [
  { title: 'fault', of: ({ fault }) => fault },
  { title: 'rounds', of: ({ rounds }) => String(rounds) },
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
  { title: 'slowest recovery', of: ({ slowestRecoveryMs }) => `${(slowestRecoveryMs / 1000).toFixed(1)} s` },
];

/** All outcomes for a person: a line each, then whatever must not be. */
export function toTable(outcomes: readonly Outcome[]): string {
  const cells = [
    COLUMNS.map(({ title }) => title),
    ...outcomes.map((outcome) => COLUMNS.map(({ of }) => of(outcome))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  const breaches = outcomes.flatMap(({ fault, breaches: found }) =>
    found.map((breach) => `${fault}: ${breach}`),
  );
  return `${[...lines, ...(breaches.length > 0 ? ['', ...breaches] : [])].join('\n')}\n`;
}
