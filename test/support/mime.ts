/** A mail as a mail program shows it. */
export interface Mime {
  /** By their names in small letters, unfolded and decoded. Of several with the same name: the last. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  readonly html: string;
}

type Part = Pick<Mime, 'headers'> & { readonly body: string };

/** Reads a message with a part in plain text and one in HTML (RFC 2045 to 2047), as far as ours go. */
export function readMime(message: string): Mime {
  const { headers, body } = partOf(message);
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) throw new Error(`not a message of several parts:\n${message}`);
  const parts = body.split(`--${boundary}`).slice(1, -1).map(partOf);
  return { headers, text: contentOf(parts, 'text/plain'), html: contentOf(parts, 'text/html') };
}

function partOf(text: string): Part {
  const [head = '', ...rest] = text.replace(/^\r\n/, '').split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]/g, ' ').split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())] as const;
  });
  return { headers: Object.fromEntries(headers), body: rest.join('\r\n\r\n').replace(/\r\n$/, '') };
}

function contentOf(parts: readonly Part[], type: string): string {
  const part = parts.find(({ headers }) => headers['content-type']?.startsWith(`${type}; charset=utf-8`));
  if (!part) throw new Error(`no part in ${type} and UTF-8`);
  return decoded(part).replaceAll('\r\n', '\n');
}

function decoded({ headers, body }: Part): string {
  const encoding = headers['content-transfer-encoding'];
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  return encoding === 'quoted-printable' ? unquoted(body.replace(/=\r\n/g, '')) : body;
}

/** `=?UTF-8?Q?T=C4=93n=C4=81?=`; what separates two of them is not a part of the text. */
function decodeWords(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_word, encoding: string, text: string) =>
      encoding.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString()
        : unquoted(text.replaceAll('_', ' ')),
    );
}

function unquoted(text: string): string {
  return text.replace(/(?:=[\dA-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('=', ''), 'hex').toString(),
  );
}
