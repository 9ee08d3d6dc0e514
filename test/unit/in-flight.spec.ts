import fc from 'fast-check';
import { InFlight, type Placed } from '../../src/delivery/in-flight';

describe('InFlight', () => {
  it('holds what was added and not removed, in whatever order that happens', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), (steps) => {
        const inFlight = new InFlight<Placed>();
        const expected: Placed[] = [];
        for (const step of steps) {
          const [gone] = step % 3 === 0 ? expected.splice(step % (expected.length || 1), 1) : [];
          if (gone) {
            inFlight.remove(gone);
          } else {
            const one = { place: 0 };
            inFlight.add(one);
            expected.push(one);
          }
          expect(inFlight.size).toBe(expected.length);
          const held = new Set(inFlight.all());
          expect(held.size === expected.length && expected.every((one) => held.has(one))).toBe(true);
        }
      }),
    );
  });
});
