import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Mime, readMime } from './mime';

/** The mails that a gateway without a mail server has written, in the order of their times and names. */
export async function readMailFolder(folder: string): Promise<Mime[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const mails = await Promise.all(
    names.toSorted().map(async (name) => readMime(await readFile(join(folder, name), 'utf8'))),
  );
  return mails.toSorted((a, b) => timeOf(a) - timeOf(b));
}

function timeOf({ headers }: Mime): number {
  return Date.parse(headers['date'] ?? '');
}
