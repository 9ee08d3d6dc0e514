import type { CatalogueEntry } from '../events/event-catalogue';
import { oneLine } from './one-line';

/** Characters of a headline: mail programs show fewer. */
const MAX_LENGTH = 120;

/** Up to the first stop: what follows in a description explains it. */
const FIRST_CLAUSE = /^.*?(?=[.:;](?:\s|$)|$)/;

/** What has happened, and to what, in a line that a person takes in at a glance. */
export function headlineOf(
  { headline = {}, description }: Pick<CatalogueEntry, 'headline' | 'description'>,
  message: Readonly<Record<string, unknown>>,
): string {
  const about = headline.about === undefined ? '' : wordsOf(message[headline.about]);
  const words = headline.happened?.map((name) => wordsOf(message[name])).find((text) => text !== '');
  const happened = words ?? FIRST_CLAUSE.exec(description)?.[0] ?? description;
  const line = about === '' || happened.includes(about) ? happened : `${about}: ${happened}`;
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1).trimEnd()}…` : line;
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? oneLine(String(value)) : '';
}
