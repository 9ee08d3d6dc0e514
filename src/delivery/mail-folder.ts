import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Keeps messages as `.eml` files, which mail programs open: what development has in the place of SMTP. */
export class MailFolder {
  constructor(private readonly folder: string) {}

  /**
   * Named after the Message-ID and the recipient: a repetition replaces what was there. Whoever watches the
   * folder never sees half a message.
   * @returns the file's name
   */
  async put(messageId: string, to: string, message: Buffer): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    const name = `${safe(messageId)}-${safe(to)}.eml`;
    const unfinished = join(this.folder, `.${randomUUID()}`);
    await writeFile(unfinished, message);
    await rename(unfinished, join(this.folder, name));
    return name;
  }
}

/** Nothing that could lead out of the folder, and not too long for a file's name. */
function safe(text: string): string {
  return text
    .replace(/[^\w@-]+/g, '.')
    .replace(/^\.+|\.+$/g, '')
    .slice(0, 100);
}
