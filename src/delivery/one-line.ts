/** Control characters, line breaks of Unicode's own, and what turns the direction of the text that follows. */
const NOT_IN_A_LINE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** Text of somebody else's as a part of one line of ours: it neither begins another nor disguises what follows. */
export function oneLine(text: string): string {
  return text.replace(NOT_IN_A_LINE, ' ').trim();
}
