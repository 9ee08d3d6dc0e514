import { Transform } from 'class-transformer';
import { scalar, type ScalarOptions } from './scalar';

interface FlagOptions extends ScalarOptions {
  /** It comes as text, in a query: `true` and `false` become booleans before it is validated. Default false. */
  fromQuery?: boolean;
}

const FLAGS = new Map<unknown, boolean>([
  ['true', true],
  ['false', false],
]);

/** True or false. */
export function Flag({ fromQuery = false, ...options }: FlagOptions): PropertyDecorator {
  return scalar(
    { keyword: 'flag', detail: 'must be true or false', holds: (value) => typeof value === 'boolean' },
    { type: 'boolean' },
    options,
    fromQuery ? [Transform(({ obj, key }) => flagOf((obj as Record<string, unknown>)[key]))] : [],
  );
}

function flagOf(value: unknown): unknown {
  return FLAGS.get(value) ?? value;
}
