import { createHash } from 'node:crypto';
import { SpgReader } from '../../support/spg-reader';
import type { Invariant } from '../evidence';
import { summarise } from '../summarise';

/** The database is read in full elsewhere; here it is the way that people take. */
const SAMPLE = 500;

/** The public API gives back the very bytes that were sent. */
export const originalsByApi: Invariant = async ({ url, token, ledger }) => {
  const reader = new SpgReader(url, token);
  const { promised } = ledger;
  const wrong: string[] = [];
  const step = Math.max(1, Math.floor(promised.length / SAMPLE));
  for (let index = 0; index < promised.length; index += step) {
    const id = promised[index] ?? '';
    const original = await reader.original(id);
    const hash = original && createHash('sha256').update(original).digest('hex');
    if (hash !== ledger.entries.get(id)?.hash) wrong.push(id);
  }
  return summarise('not given back as sent', wrong);
};
