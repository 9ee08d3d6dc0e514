import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** Cost of scrypt (RFC 7914 §2). */
interface Cost {
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** What is kept of a password. */
export interface PasswordHash extends Cost {
  /** Bytes in base64url, as is `key`. */
  readonly salt: string;
  readonly key: string;
}

/** 32 MiB, three times; a tenth of a second or two. OWASP's recommendation when memory is scarce. */
const COST: Cost = { logN: 15, r: 8, p: 3 };
const KEY_BYTES = 32;
const MAX_MEMORY = 512 * 1024 * 1024;

const FORMAT = /^scrypt\.(\d{1,2})\.(\d{1,2})\.(\d{1,2})\.([\w-]{11,86})\.([\w-]{22,86})$/;

/** Reads `scrypt.15.8.3.salt.key`, which no shell and no compose file misreads. @throws Error that says what is wrong */
export function parsePasswordHash(text: string): PasswordHash {
  const [, logN, r, p, salt = '', key = ''] = FORMAT.exec(text) ?? [];
  const hash = { logN: Number(logN), r: Number(r), p: Number(p), salt, key };
  const isSound = hash.logN >= 10 && hash.logN <= 20 && hash.r > 0 && hash.p > 0;
  if (!isSound || memoryOf(hash) > MAX_MEMORY) {
    throw new Error('must be a hash as `npm run followup-user` prints it');
  }
  return hash;
}

export function formatPasswordHash({ logN, r, p, salt, key }: PasswordHash): string {
  return ['scrypt', logN, r, p, salt, key].join('.');
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  const key = await keyOf(password, salt, KEY_BYTES, COST);
  return { ...COST, salt: salt.toString('base64url'), key: key.toString('base64url') };
}

/**
 * A hash of no password, to be looked at when there is no such user: so it takes as long as when there is one.
 * @param cost that of the others
 */
export function decoyHash({ logN, r, p }: Cost = COST): PasswordHash {
  return {
    logN,
    r,
    p,
    salt: randomBytes(16).toString('base64url'),
    key: randomBytes(KEY_BYTES).toString('base64url'),
  };
}

/** Takes the same time wherever a wrong password differs. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
  const expected = Buffer.from(hash.key, 'base64url');
  const key = await keyOf(password, Buffer.from(hash.salt, 'base64url'), expected.length, hash);
  return timingSafeEqual(key, expected);
}

function keyOf(password: string, salt: Buffer, bytes: number, cost: Cost): Promise<Buffer> {
  // Two ways to write the same letters are the same password.
  return derive(password.normalize('NFC'), salt, bytes, {
    N: 2 ** cost.logN,
    r: cost.r,
    p: cost.p,
    maxmem: 2 * memoryOf(cost),
  });
}

function memoryOf({ logN, r, p }: Cost): number {
  return 128 * r * (2 ** logN + p);
}
