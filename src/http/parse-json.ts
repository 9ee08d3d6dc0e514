/** Text that is not JSON. Unlike V8's error it never quotes the text, which may hold personal data. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

/**
 * Parses JSON in UTF-8, with or without a byte order mark.
 * @throws NotJson that says where
 */
export function parseJson(bytes: Buffer): unknown {
  const text = withoutByteOrderMark(bytes.toString('utf8'));
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new NotJson(describe(positionOf(error, text), text));
  }
}

function withoutByteOrderMark(text: string): string {
  return text.codePointAt(0) === 0xfe_ff ? text.slice(1) : text;
}

function describe(position: number, text: string): string {
  if (position >= text.length) return 'The body is not valid JSON: it ends too early.';
  const lines = text.slice(0, position).split('\n');
  const column = (lines.at(-1) ?? '').length + 1;
  return `The body is not valid JSON at position ${position} (line ${lines.length} column ${column}).`;
}

/** V8 says it of every error but one, and of that one it quotes the text around it. */
function positionOf(error: unknown, text: string): number {
  const message = error instanceof Error ? error.message : '';
  if (message.startsWith('Unexpected token')) return findUnexpectedToken(text);
  return Number(/ JSON at position (\d+)/.exec(message)?.[1] ?? text.length);
}

const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\],:{}]|[^ \t\n\r[\],:{}"]+/gs;
const VALUE = /^(?:["[{\d-]|true$|false$|null$)/;

/** The first place where a value should be and is not, in text that is JSON up to there. */
function findUnexpectedToken(text: string): number {
  let before = ':';
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const isEmptyList = before === '[' && token === ']';
    if (/^[[,:]$/.test(before) && !isEmptyList && !VALUE.test(token)) return index;
    before = token;
  }
  return text.length;
}
