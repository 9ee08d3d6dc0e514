import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { formatPasswordHash, hashPassword } from './password-hash';

const USAGE = 'usage: npm run followup-user -- <user name>, and the password as a line on standard input';

/** `npm run followup-user`: prints an entry for FOLLOWUP_USERS. The password is not an argument: others could see it. */
async function main(): Promise<void> {
  const [name = ''] = parseArgs({ allowPositionals: true }).positionals;
  if (!/^[^,:\s]+$/.test(name)) throw new Error(`A user name has no blank, comma or colon.\n${USAGE}`);
  if (process.stdin.isTTY) process.stderr.write('Password, which is shown as you type it: ');
  const lines = createInterface({ input: process.stdin });
  for await (const password of lines) {
    if (password === '') break;
    process.stdout.write(`${name}:${formatPasswordHash(await hashPassword(password))}\n`);
    lines.close();
    return;
  }
  throw new Error(USAGE);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
