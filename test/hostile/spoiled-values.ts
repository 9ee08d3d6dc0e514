import fc from 'fast-check';
import type { Json } from './json';
import { nastyValues } from './nasty-values';

/** A value with something else in one place, or with a member too few or too many there. */
export function spoiled(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(values, fc.nat(), nastyValues, fc.constantFrom('replace', 'remove', 'add'), nastyNames)
    .map(([value, place, nasty, how, name]) => {
      const copy = structuredClone(value);
      const places = [...placesIn(copy)];
      const chosen = places[place % Math.max(1, places.length)];
      if (!chosen) return nasty;
      const { holder, key } = chosen;
      if (how === 'remove') Reflect.deleteProperty(holder, key);
      else if (how === 'replace' || Array.isArray(holder)) define(holder, key, nasty);
      else define(holder, name, nasty);
      return copy;
    });
}

const nastyNames = fc.constantFrom(
  'x',
  '',
  '__proto__',
  'constructor',
  'toString',
  'a/b~c',
  '\0',
  '\uD800',
  '0',
);

interface Place {
  readonly holder: Json | unknown[];
  readonly key: string;
}

function* placesIn(value: unknown): Generator<Place> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    yield { holder: value as Json, key };
    yield* placesIn(member);
  }
}

/** As JSON brings a member, whatever its name is. */
function define(holder: object, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}
