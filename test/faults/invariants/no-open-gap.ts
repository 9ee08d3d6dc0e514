import { SpgReader } from '../../support/spg-reader';
import type { Invariant } from '../evidence';

/** All that was sent has come, so nothing is missing. */
export const noOpenGap: Invariant = async ({ url, token }) => {
  const reader = new SpgReader(url, token);
  const gaps = [...(await reader.gaps('opened')), ...(await reader.gaps('confirmed'))];
  return gaps.map(({ from, to, state }) => `the gap from ${from} to ${to} is ${state}, not healed`);
};
