/** An instant that may be left out. */
export function instantOf(text: string | null | undefined): Date | undefined {
  return text == null ? undefined : new Date(text);
}
