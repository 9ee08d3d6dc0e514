interface Program {
  /** undefined: it is not on this machine. */
  readonly path: string | undefined;
  /** "there is no … here (…)" */
  readonly missing: string;
}

/**
 * `describe` for what needs a program that no npm package brings: where it is missing the tests are skipped, loudly,
 * or fail, with KARERE_COMPLETE set as in CI.
 */
export function describeWith({ path, missing }: Program, name: string, tests: () => void): void {
  if (path !== undefined) {
    describe(name, tests);
    return;
  }
  if (process.env['KARERE_COMPLETE']) throw new Error(`"${name}" can not be tested: ${missing}`);
  process.stderr.write(`SKIPPED: "${name}", because ${missing}\n`);
  describe.skip(`${name} (${missing})`, tests);
}
