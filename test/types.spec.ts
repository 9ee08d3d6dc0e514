import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');
const FILE = join(__dirname, 'types/on.types.ts');
const EXPECTATION = /^ *\/\/ @ts-expect-error .*$/gm;

const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
  config: object;
};
const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [FILE] }, ts.sys, ROOT);
const text = ts.sys.readFile(FILE) ?? '';
const expectations = [...text.matchAll(EXPECTATION)];

/** What was parsed once is not parsed again. */
let program: ts.Program | undefined;

/** Lines of the file, in this version of it, of which the compiler complains; the first is 1. */
function complaintsOf(version: string): number[] {
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile.bind(host);
  const parsed = program;
  host.getSourceFile = (path, target, ...rest) => {
    if (path === FILE) return ts.createSourceFile(path, version, target);
    return parsed?.getSourceFile(path) ?? parse(path, target, ...rest);
  };
  program = ts.createProgram([FILE], options, host, parsed);
  const file = program.getSourceFile(FILE);
  return ts
    .getPreEmitDiagnostics(program, file)
    .map(({ start = 0 }) => (file?.getLineAndCharacterOfPosition(start).line ?? -1) + 1);
}

describe('the types of events and listeners', () => {
  it('let pass what is right and refuse what is wrong', () => {
    expect(expectations.length).toBeGreaterThan(10);
    expect(complaintsOf(text)).toEqual([]);
  });

  it('are what refuses: where no mistake is expected any more, the compiler finds one', () => {
    const unexpecting = text.replaceAll(EXPECTATION, '//');
    const lines = expectations.map(({ index }) => text.slice(0, index).split('\n').length);
    const complaints = complaintsOf(unexpecting);
    const missed = lines.filter((line) => !complaints.includes(line + 1));
    expect(missed).toEqual([]);
  });

  it('are what lets pass: a mistake that is expected where there is none is one', () => {
    const line = text.slice(0, text.indexOf("@On('spg.gap.healed')")).split('\n').length;
    const wrong = text.replace(
      "  @On('spg.gap.healed')",
      "  // @ts-expect-error nothing\n  @On('spg.gap.healed')",
    );
    expect(complaintsOf(wrong)).toEqual([line]);
  });
});
