import { KARERE } from './contenders';
import { fill } from './fill';
import { race } from './race';
import type { Bench } from './result';
import { ratio, standingRow } from './standing-row';

/** Whether it gets slower with what is stored already. */
export const ingestFull: Bench = {
  name: 'ingest-full',
  asks: 'the same with many notifications stored already, against an empty database',
  async run(context) {
    const { options, server, say } = context;
    const empty = { ...KARERE, name: 'empty' };
    const full = { ...KARERE, name: `${options.stored.toLocaleString('en')} stored` };
    const fullUrl = await server.createDatabase('ingest_full');
    const firstEventId = await fill(fullUrl, options.stored, say);
    const lanes = [
      { contender: empty, databaseUrl: await server.createDatabase('ingest_empty') },
      { contender: full, databaseUrl: fullUrl, firstEventId },
    ];
    const [onEmpty, onFull] = await race(context, lanes);
    if (!onEmpty || !onFull) throw new Error('both take part');
    return {
      rows: [onEmpty, onFull].map((standing) => standingRow(standing.contender.name, standing, onEmpty)),
      targets: [{ what: `${full.name} ÷ empty`, atLeast: 0.9, measured: ratio(onFull, onEmpty) }],
    };
  },
};
