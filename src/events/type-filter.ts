import { invalidInput } from '../problems/problems';

/**
 * What `?types=` asks for, as patterns of LIKE, to which each name is one as it stands: a prefix also finds the types
 * that a newer version has written and this one does not know.
 * @param types names and prefixes with `.*`, comma separated
 * @param known every name that there is
 * @throws invalidInput that names those under which there is nothing
 */
export function typePatterns(types: string, known: readonly string[]): string[] {
  const wanted = [...new Set(types.split(',').map((name) => name.trim()))];
  const unknown = wanted.filter((name) => !known.some((type) => includes(name, type)));
  if (unknown.length === 0) return wanted.map((name) => name.replace(/\.\*$/, '.%')).toSorted();
  const names = unknown.map((name) => JSON.stringify(name)).join(', ');
  const detail = `must be names of domain events, or prefixes with ".*" of such; there is nothing under ${names}`;
  throw invalidInput('A query parameter is not as it should be; see errors.', {
    errors: [{ pointer: '?types', detail, keyword: 'types' }],
  });
}

function includes(name: string, type: string): boolean {
  return name.endsWith('.*') ? type.startsWith(name.slice(0, -1)) : type === name;
}
