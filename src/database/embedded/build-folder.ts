import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Building takes seconds; a temporary folder this old was left by a process that was killed. */
const ABANDONED_MS = 10 * 60_000;

/**
 * Builds a folder unless it is there, under a temporary name beside it that is renamed at the end. So it is complete
 * or absent: a build that is killed leaves nothing in the way, and of two at the same time one wins and both use it.
 */
export async function buildFolder(
  path: string,
  isBuilt: () => Promise<boolean>,
  build: (temporary: string) => Promise<void>,
): Promise<void> {
  await removeAbandoned(path);
  if (await isBuilt()) return;
  const temporary = `${path}.new-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(temporary, { mode: 0o700 });
    await build(temporary);
    await rename(temporary, path).catch(async (error: unknown) => {
      if (!(await isBuilt())) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function removeAbandoned(path: string): Promise<void> {
  const parent = dirname(path);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(path)}.new-`)) continue;
    const abandoned = join(parent, name);
    const stats = await stat(abandoned).catch(() => undefined); // its builder may be finishing right now
    if (stats && Date.now() - stats.mtimeMs > ABANDONED_MS)
      await rm(abandoned, { recursive: true, force: true });
  }
}
