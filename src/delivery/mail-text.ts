import type { MailContent, Row } from './mail-content';

/** The mail for those who read plain text. */
export function mailText(content: MailContent): string {
  const { headline, description, summary, ids, reason, contacts } = content;
  return [
    headline,
    description,
    ...(summary.length > 0 ? [lines(summary)] : []),
    lines(ids),
    // Mail programs take what follows for a signature: it is not quoted in a reply (RFC 3676 §4.3).
    `-- \n${reason}\nTo end that, write to ${contacts.join(' or ')}.\n`,
  ].join('\n\n');
}

function lines(rows: readonly Row[]): string {
  return rows.map(([name, value]) => `${name}: ${value}`).join('\n');
}
