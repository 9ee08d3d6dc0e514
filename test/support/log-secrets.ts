/** Names of settings whose values are secrets. */
const SECRET_SETTING = /(?:KEY|KEYS|SECRET|PASSWORD|USERS|KEYS_PREVIOUS)$/;

/** What is a secret by its looks: signing secrets, JSON Web Tokens, and what follows a scheme in `Authorization`. */
const SECRET_SHAPES: readonly (readonly [string, RegExp])[] = [
  ['a signing secret', /whsec_[\w+/]{16}/],
  ['a token', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/],
  ['credentials', /\b(?:Basic|Bearer) [\w+/=.~-]{8,}/i],
];

/** Looks for secrets in what a gateway logs: every test is also a test that none is there. */
export class LogSecrets {
  private readonly values: readonly (readonly [string, string])[];
  private readonly found: string[] = [];

  /** @param env what the gateway was started with */
  constructor(env: Readonly<Record<string, string>>) {
    this.values = Object.entries(env)
      .filter(([name]) => SECRET_SETTING.test(name))
      .flatMap(([name, value]) => value.split(',').map((one) => [name, one.trim()] as const))
      .filter(([, value]) => value.length >= 8);
  }

  look(line: string): void {
    for (const [name, value] of this.values) if (line.includes(value)) this.found.push(`${name}: ${line}`);
    for (const [name, shape] of SECRET_SHAPES) if (shape.test(line)) this.found.push(`${name}: ${line}`);
  }

  /** @throws when there was one */
  assertNone(): void {
    if (this.found.length > 0) throw new Error(`a secret was logged\n${this.found.slice(0, 3).join('\n')}`);
  }
}
