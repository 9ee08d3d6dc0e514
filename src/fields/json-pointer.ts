/** One step of an RFC 6901 JSON pointer, with its slash. */
export function pointerStep(member: string): string {
  return `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
