import { BARE_EXPRESS, KARERE, KARERE_ALL, NO_WRITE, SAVE_EACH } from './contenders';
import { type Lane, race, type Standing } from './race';
import type { Bench } from './result';
import { ratio, standingRow } from './standing-row';

const CONTENDERS = [KARERE, KARERE_ALL, SAVE_EACH, BARE_EXPRESS, NO_WRITE];

/** How many notifications a second are accepted and durable, and what the memory does meanwhile. */
export const ingest: Bench = {
  name: 'ingest',
  asks: 'SPG notifications accepted and durable, per second',
  async run(context) {
    const lanes: Lane[] = [];
    for (const [number, contender] of CONTENDERS.entries()) {
      lanes.push({ contender, databaseUrl: await context.server.createDatabase(`ingest_${number}`) });
    }
    const standings = await race(context, lanes);
    const of = (name: string): Standing => {
      const found = standings.find(({ contender }) => contender.name === name);
      if (!found) throw new Error(`${name} did not take part`);
      return found;
    };
    const karere = of(KARERE.name);
    return {
      rows: standings.map((standing) => standingRow(standing.contender.name, standing, karere)),
      targets: [
        { what: `karere ÷ ${SAVE_EACH.name}`, atLeast: 2, measured: ratio(karere, of(SAVE_EACH.name)) },
        { what: `karere ÷ ${BARE_EXPRESS.name}`, atLeast: 1, measured: ratio(karere, of(BARE_EXPRESS.name)) },
      ],
    };
  },
};
