import type { ItasParameters } from '../events/itas.events';
import type { InvalidField } from '../fields/invalid-field';
import type { AdditionalParameter } from './dto/additional-parameter';
import type { TopicParameter } from './topics';

/** What a message's `AdditionalParameters` say, and what is wrong with them. */
interface ReadParameters {
  /** The documented ones, typed. */
  readonly parameters: ItasParameters;
  readonly invalid: readonly InvalidField[];
}

/**
 * Reads the parameters that a topic documents; what others say is not looked at. One that is not there or blank is no
 * fault, one of another type is.
 * @param pointer JSON pointer of the list, for what is invalid
 */
export function readParameters(
  documented: readonly TopicParameter[],
  given: readonly AdditionalParameter[],
  pointer: string,
): ReadParameters {
  const parameters: Record<string, unknown> = {};
  const invalid: InvalidField[] = [];
  for (const { name, type } of documented) {
    const places = given.flatMap(({ Key }, index) => (nameOf(Key) === name ? [index] : []));
    const [place] = places;
    const text = place === undefined ? undefined : given[place]?.Value;
    if (places.length > 1) {
      invalid.push({
        pointer: `${pointer}/${places[1]}/Key`,
        keyword: 'unique',
        detail: `must not be "${name}" once more`,
      });
    } else if (text != null && !isBlank(text)) {
      const value = type.read(text);
      if (value !== undefined) parameters[name] = value;
      else invalid.push({ pointer: `${pointer}/${place}/Value`, keyword: 'parameter', detail: type.detail });
    }
  }
  return { parameters, invalid };
}

/** Keys are matched without case. */
export function nameOf(key: string): string {
  return key.trim().toLowerCase();
}

function isBlank(text: string): boolean {
  return !/\S/.test(text);
}
