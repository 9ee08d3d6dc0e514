import { chmod, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder. Started by root, PostgreSQL runs as another user, who has to be able to enter it. */
export async function makeTempFolder(): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'karere-'));
  await chmod(folder, 0o711);
  return folder;
}
