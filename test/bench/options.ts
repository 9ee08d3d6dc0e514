import { parseArgs } from 'node:util';

/** What can be chosen on the command line: `npm run bench -- --seconds 10 --only ingest`. */
export interface BenchOptions {
  /** Measured seconds of each turn. Default 8. */
  readonly seconds: number;
  /** Seconds of load before them, not measured. Default 2. */
  readonly warmUp: number;
  /** Turns of each subject. Default 3. */
  readonly rounds: number;
  /** Connections of the client, one request at a time on each. Default 64. */
  readonly connections: number;
  /** Notifications that the full database holds. Default 1,000,000. */
  readonly stored: number;
  /** Notifications of the replay beside which fresh ones are measured. Default 100,000. */
  readonly replayed: number;
  /** Notifications in the delivery log. Default 5,000,000. */
  readonly logged: number;
  /** Notifications that are pending at first in a backlog. Default 1,000,000. */
  readonly backlog: number;
  /** Names of the benches to run. Default all. */
  readonly only: readonly string[];
  /** JSON on stdout in place of tables. */
  readonly json: boolean;
}

/** @throws Error that says what is wrong and what there is */
export function readOptions(args: readonly string[], benches: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '8' },
      'warm-up': { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      stored: { type: 'string', default: '1000000' },
      replayed: { type: 'string', default: '100000' },
      logged: { type: 'string', default: '5000000' },
      backlog: { type: 'string', default: '1000000' },
      only: { type: 'string', default: benches.join(',') },
      json: { type: 'boolean', default: false },
    },
  });
  const only = values.only.split(',').map((name) => name.trim());
  const unknown = only.filter((name) => !benches.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no bench ${unknown.join(', ')}; there are ${benches.join(', ')}.`);
  return {
    seconds: integer('seconds', values.seconds, 1, 300),
    warmUp: integer('warm-up', values['warm-up'], 0, 60),
    rounds: integer('rounds', values.rounds, 1, 50),
    connections: integer('connections', values.connections, 1, 512),
    stored: integer('stored', values.stored, 1, 20_000_000),
    replayed: integer('replayed', values.replayed, 1, 1_000_000),
    logged: integer('logged', values.logged, 1000, 50_000_000),
    backlog: integer('backlog', values.backlog, 1, 20_000_000),
    only,
    json: values.json,
  };
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name} is a whole number from ${min} to ${max}, not "${text}".`);
}
