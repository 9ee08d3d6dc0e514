const SHOWN = 5;

/** Many breaches of one kind in a line; no line when there is none. */
export function summarise(what: string, ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  return [`${ids.length} ${what}: ${ids.slice(0, SHOWN).join(', ')}${ids.length > SHOWN ? '…' : ''}`];
}
