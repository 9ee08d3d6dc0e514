import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const VERSION = 'v1';
const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
/** 96 random bits (NIST SP 800-38D §8.2.2): good for 2³² texts with one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface SecretBoxKeys {
  /** Seals, and opens. 32 bytes. */
  readonly current: Buffer;
  /** Open only: keys that were current before. */
  readonly previous?: readonly Buffer[];
}

/** A key that is not one. Says nothing of it but its length. */
export class InvalidKey extends Error {
  override readonly name = 'InvalidKey';
}

/** What was to be opened can not be. Holds neither the text nor a key. */
export class CannotOpen extends Error {
  override readonly name = 'CannotOpen';
}

/**
 * Encrypts channel credentials and signing secrets at rest (AES-256-GCM). A sealed text is
 * `v1.<key id>.<nonce, ciphertext and tag in base64url>`, so keys can be rotated: what the old key sealed
 * opens as long as that key is given, and what does not begin with `currentPrefix` is still to be sealed anew.
 *
 * The context (`secret-place.ts`) is authenticated with the text: what is copied to another row
 * or column does not open there.
 */
export class SecretBox {
  /** With what each text begins that the current key has sealed. */
  readonly currentPrefix: string;
  private readonly currentId: string;
  /** As key objects, which show nothing of the key when they are logged. */
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** @throws InvalidKey */
  constructor({ current, previous = [] }: SecretBoxKeys) {
    for (const key of [current, ...previous]) {
      if (key.length !== KEY_BYTES) {
        throw new InvalidKey(`A key for encryption has ${KEY_BYTES} bytes, not ${key.length}`);
      }
    }
    this.currentId = idOf(current);
    this.currentPrefix = `${VERSION}.${this.currentId}.`;
    this.keys = new Map([current, ...previous].map((key) => [idOf(key), createSecretKey(key)]));
  }

  seal(text: string, context: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keyOf(this.currentId), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(authenticated(this.currentId, context));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return this.currentPrefix + sealed.toString('base64url');
  }

  /** @throws CannotOpen */
  open(sealed: string, context: string): string {
    const { keyId, bytes } = partsOf(sealed);
    const key = this.keyOf(keyId);
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(authenticated(keyId, context));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new CannotOpen('It was changed, or it was sealed for another place');
    }
  }

  private keyOf(id: string): KeyObject {
    const key = this.keys.get(id);
    if (key) return key;
    throw new CannotOpen(`It was sealed with the key ${id}, which is not among those configured`);
  }
}

/** Tells keys apart, and tells nothing about them. */
function idOf(key: Buffer): string {
  return createHash('sha256')
    .update(key)
    .digest('hex')
    .slice(0, 2 * KEY_ID_BYTES);
}

function authenticated(keyId: string, context: string): Buffer {
  return Buffer.from(`${VERSION}.${keyId}.${context}`, 'utf8');
}

function partsOf(sealed: string): { keyId: string; bytes: Buffer } {
  const [, version, keyId = '', text = ''] = /^(v\d+)\.([0-9a-f]{8})\.([\w-]+)$/.exec(sealed) ?? [];
  const bytes = Buffer.from(text, 'base64url');
  if (version === VERSION && bytes.length >= NONCE_BYTES + TAG_BYTES) return { keyId, bytes };
  throw new CannotOpen(
    version === undefined || version === VERSION
      ? 'It is not a sealed text'
      : `It was sealed in the format ${version}, which is not known here`,
  );
}
