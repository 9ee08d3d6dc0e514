import type { MailContent, Row } from './mail-content';

/** The mail for those who read HTML. Everything that is not ours is escaped. */
export function mailHtml(content: MailContent): string {
  const { headline, description, summary, ids, reason, contacts, unsubscribe } = content;
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(headline)}</title></head>`,
    '<body style="font-family:sans-serif">',
    `<h2>${escaped(headline)}</h2>`,
    `<p>${escaped(description)}</p>`,
    table(summary),
    '<hr>',
    `<div style="color:#555;font-size:smaller">`,
    table(ids),
    `<p>${escaped(reason)} To end that, write to`,
    `<a href="${escaped(unsubscribe)}">${escaped(contacts.join(' or '))}</a>.</p>`,
    '</div></body></html>',
  ].join('\n');
}

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  return `<table cellpadding="4">\n${rows.map(row).join('\n')}\n</table>`;
}

function row([name, value]: Row): string {
  return `<tr><th align="left" valign="top">${escaped(name)}</th><td>${escaped(value)}</td></tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
