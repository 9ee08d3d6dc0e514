import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/**
 * What `node` has to be given to run one of our programs from its source, as it would run it from `dist/`.
 * @param program `src/main.ts`
 */
export function withoutABuild(program: string): string[] {
  const script = `
    const swc = require(${JSON.stringify(require.resolve('@swc/core'))});
    const options = { configFile: ${JSON.stringify(join(ROOT, '.swcrc'))} };
    require.extensions['.ts'] = (module, file) =>
      module._compile(swc.transformFileSync(file, options).code, file);
    require(${JSON.stringify(join(ROOT, program))});
  `;
  return ['-e', script, '--'];
}
