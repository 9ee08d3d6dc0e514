import { array, assert, asyncProperty, boolean, integer, nat, record, tuple, uniqueArray } from 'fast-check';
import { GapConfirmation } from '../src/spg/gap-confirmation.service';
import { arrive, type Gap, gapEventsOf, gapsOf } from './support/gaps';
import { type Gateway, startGateway } from './support/gateway';
import { metricOf } from './support/metrics';
import { startOver } from './support/rows';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** The eventIds in the order of their arrival, and in how many they are looked at. */
const arrivals = record({
  ids: uniqueArray(nat(24), { minLength: 1, maxLength: 20 }),
  looks: array(tuple(integer({ min: 1, max: 5 }), boolean()), { minLength: 1, maxLength: 8 }),
});

function numbersOf(gaps: readonly Pick<Gap, 'from' | 'to'>[]): number[] {
  return gaps.flatMap(({ from, to }) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, n) => Number(from) + n),
  );
}

/** Numbers that the events of one kind speak of. */
function stated(events: readonly string[], kind: string): number[] {
  const ranges = events.filter((event) => event.startsWith(kind)).map((event) => event.split(' ')[1] ?? '');
  return numbersOf(ranges.map((range) => range.split('-')).map(([from = '', to = '']) => ({ from, to })));
}

function sorted(numbers: Iterable<number>): number[] {
  return [...numbers].toSorted((a, b) => a - b);
}

it('whatever the order of arrival, what is not healed is what is missing between the baseline and the highest', async () => {
  await assert(
    asyncProperty(arrivals, async ({ ids, looks }) => {
      await startOver(gateway.dataSource);
      const [baseline = 0] = ids;
      const everMissing = new Set<number>();
      for (let next = 0, turn = 0; next < ids.length; turn += 1) {
        const [count, confirms] = looks[turn % looks.length] ?? [1, false];
        await arrive(gateway, ...ids.slice(next, next + count));
        next += count;
        await gateway.settle('spg-gaps');
        if (confirms) await gateway.app.get(GapConfirmation).confirmOverdue(new Date('2999-01-01'));

        const arrived = new Set(ids.slice(0, next));
        const missing: number[] = [];
        for (let id = baseline + 1; id < Math.max(...arrived); id += 1) {
          if (!arrived.has(id)) missing.push(id);
        }
        for (const id of missing) everMissing.add(id);
        const gaps = await gapsOf(gateway);
        const unhealed = gaps.filter(({ state }) => state !== 'healed');
        const healed = gaps.filter(({ state }) => state === 'healed');
        expect(numbersOf(unhealed)).toEqual(missing);
        expect(numbersOf(healed)).toEqual(sorted([...everMissing].filter((id) => !missing.includes(id))));
        expect(numbersOf(gaps)).toEqual(sorted(everMissing));
        expect(unhealed.some(({ state }) => confirms && state === 'opened')).toBe(false);
      }

      const events = await gapEventsOf(gateway);
      expect(sorted(stated(events, 'opened'))).toEqual(sorted(everMissing));
      const healed = (await gapsOf(gateway)).filter(({ state }) => state === 'healed');
      expect(sorted(stated(events, 'healed'))).toEqual(numbersOf(healed));
      const confirmed = stated(events, 'confirmed');
      expect(new Set(confirmed).size).toBe(confirmed.length);
      expect(await metricOf(gateway, 'karere_spg_missing_notifications')).toBe(
        everMissing.size - numbersOf(healed).length,
      );
    }),
    { numRuns: 12 },
  );
}, 60_000);
