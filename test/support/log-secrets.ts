import { DEVELOPMENT } from '../../src/development';

/** Names of settings whose values are secrets. */
const SECRET_SETTING = /(?:KEY|KEYS|SECRET|SECRETS|PASSWORD|TOKEN|USERS|_PREVIOUS)$/;

/** What is a secret by its looks: signing secrets, JSON Web Tokens, and what follows a scheme in `Authorization`. */
const SECRET_SHAPES: readonly (readonly [string, RegExp])[] = [
  ['a signing secret', /whsec_[\w+/]{16}/],
  ['a token', /eyJ[\w-]+\.eyJ/],
  ['credentials', /\b(?:Basic|Bearer) [\w+/=.~-]{8,}/i],
];

/** Of the development settings; the key of SPG is told to whoever starts it. */
const DEFAULTS: readonly (readonly [string, string])[] = [
  ['AUTH_JWT_SECRET by default', DEVELOPMENT.jwtSecret],
  ['ENCRYPTION_KEY by default', DEVELOPMENT.encryptionKey],
  ['FOLLOWUP_JWT_SECRET by default', DEVELOPMENT.followup.jwtSecret],
];

/** Shorter ones stand in other words by accident. */
const LEAST = 8;

/** Looks for secrets in what a gateway logs: every test is also a test that none is there. */
export class LogSecrets {
  private readonly values: readonly (readonly [string, string])[];
  private readonly found: string[] = [];

  /** @param env what the gateway was started with */
  constructor(env: Readonly<Record<string, string>>) {
    const given = Object.entries(env).flatMap(([name, value]) =>
      value.split(',').flatMap((one) => secretsOf(name, one.trim()).map((secret) => [name, secret] as const)),
    );
    this.values = [...given.filter(([, value]) => value.length >= LEAST), ...DEFAULTS];
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

/** The value itself, or the password in a URL as it stands there and as it is. */
function secretsOf(setting: string, value: string): string[] {
  if (SECRET_SETTING.test(setting)) return [value];
  if (!setting.endsWith('_URL') || !URL.canParse(value)) return [];
  const { password } = new URL(value);
  return [password, decodeURIComponent(password)];
}
