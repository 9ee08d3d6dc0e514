import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** Name of the environment variable by which the tests' processes learn where what was transpiled is kept. */
export const TRANSPILED = 'KARERE_TEST_TRANSPILED';

/**
 * What `node` has to be given to run one of our programs from its source, as it would run it from `dist/`.
 * @param program `src/main.ts`
 */
export function withoutABuild(program: string): string[] {
  return fromSource(`require(${JSON.stringify(join(ROOT, program))});`);
}

/**
 * The same for JavaScript that requires our sources. The first process of a run that needs one of them transpiles it
 * for all.
 */
export function fromSource(script: string): string[] {
  const hook = `
    const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
    const { dirname, join, relative } = require('node:path');
    const transpiled = (file) => {
      const kept = join(${JSON.stringify(process.env[TRANSPILED])}, relative(${JSON.stringify(ROOT)}, file));
      try {
        return readFileSync(kept, 'utf8');
      } catch {
        const swc = require(${JSON.stringify(require.resolve('@swc/core'))});
        const { code } = swc.transformFileSync(file, { configFile: ${JSON.stringify(join(ROOT, '.swcrc'))} });
        mkdirSync(dirname(kept), { recursive: true });
        // Nobody sees a half of it.
        writeFileSync(kept + process.pid, code);
        renameSync(kept + process.pid, kept);
        return code;
      }
    };
    require.extensions['.ts'] = (module, file) => module._compile(transpiled(file), file);
  `;
  return ['-e', hook + script, '--'];
}
