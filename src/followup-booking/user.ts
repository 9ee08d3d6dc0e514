import { type PasswordHash, parsePasswordHash } from './password-hash';

/** Who may get an access token from us (Authentication interface). */
export interface FollowupUser {
  readonly name: string;
  readonly hash: PasswordHash;
}

/** Whether each name is there once: of two passwords only one could be right. */
export function haveNamesOfTheirOwn(users: readonly FollowupUser[]): boolean {
  return new Set(users.map(({ name }) => name)).size === users.length;
}

/** Reads `name:scrypt.…`. @throws Error that says what is wrong, without the hash */
export function parseUser(text: string): FollowupUser {
  const colon = text.indexOf(':');
  const name = text.slice(0, colon);
  if (colon < 1 || /\s/.test(name)) throw new Error('must be a list of name:hash');
  return { name, hash: parsePasswordHash(text.slice(colon + 1)) };
}
