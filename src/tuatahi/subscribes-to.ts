/** Whether a subscription to `wanted`, a name or a prefix with `.*`, can get events under a name. */
export function subscribesTo(wanted: string, name: string): boolean {
  return wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -1)));
}
