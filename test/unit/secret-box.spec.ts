import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { CannotOpen, InvalidKey, SecretBox } from '../../src/delivery/secret-box';

const current = randomBytes(32);
const box = new SecretBox({ current });
const CONTEXT = 'channel/7/secret';

describe('SecretBox', () => {
  it('opens what it has sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(box.open(box.seal(text, context), context)).toBe(text);
      }),
    );
  });

  it('seals the same text differently each time, and shows nothing of it', () => {
    const [one, other] = [box.seal('kererū', CONTEXT), box.seal('kererū', CONTEXT)];
    expect(one).not.toBe(other);
    expect(one).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/);
    expect(Buffer.from(one.split('.')[2] ?? '', 'base64url').includes('kerer')).toBe(false);
  });

  it('does not open what was moved to another place', () => {
    expect(() => box.open(box.seal('kererū', CONTEXT), 'channel/8/secret')).toThrow(CannotOpen);
  });

  it('does not open what was changed anywhere', () => {
    const sealed = box.seal('kererū', CONTEXT);
    const start = sealed.lastIndexOf('.') + 1;
    const bytes = Buffer.from(sealed.slice(start), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => box.open(sealed.slice(0, start) + changed.toString('base64url'), CONTEXT)).toThrow(
        CannotOpen,
      );
    }
    const cut = sealed.slice(0, start) + bytes.subarray(0, -1).toString('base64url');
    expect(() => box.open(cut, CONTEXT)).toThrow(CannotOpen);
  });

  it('opens with a previous key, and tells that it should be sealed anew', () => {
    const sealed = box.seal('kererū', CONTEXT);
    const rotated = new SecretBox({ current: randomBytes(32), previous: [randomBytes(32), current] });
    expect(rotated.open(sealed, CONTEXT)).toBe('kererū');
    expect(sealed.startsWith(rotated.currentPrefix)).toBe(false);
    const anew = rotated.seal(rotated.open(sealed, CONTEXT), CONTEXT);
    expect(anew.startsWith(rotated.currentPrefix)).toBe(true);
    expect(() => box.open(anew, CONTEXT)).toThrow(/which is not among those configured$/);
  });

  it('does not take the ciphertext of one key for that of another', () => {
    const other = new SecretBox({ current: randomBytes(32), previous: [current] });
    const [version, , bytes] = box.seal('kererū', CONTEXT).split('.');
    const [, otherId] = other.seal('', CONTEXT).split('.');
    expect(() => other.open(`${version}.${otherId}.${bytes}`, CONTEXT)).toThrow(CannotOpen);
  });

  it.each([
    ['', 'It is not a sealed text'],
    ['password', 'It is not a sealed text'],
    ['v1.0011aabb.', 'It is not a sealed text'],
    ['v1.0011aabb.AAAA', 'It is not a sealed text'],
    [
      `v1.0011aabb.${'A'.repeat(40)}`,
      'It was sealed with the key 0011aabb, which is not among those configured',
    ],
    [`v2.0011aabb.${'A'.repeat(40)}`, 'It was sealed in the format v2, which is not known here'],
  ])('says of %j: %s', (sealed, message) => {
    expect(() => box.open(sealed, CONTEXT)).toThrow(new CannotOpen(message));
  });

  it.each([0, 16, 31, 33])('takes no key of %i bytes', (bytes) => {
    expect(() => new SecretBox({ current: randomBytes(bytes) })).toThrow(InvalidKey);
    expect(() => new SecretBox({ current, previous: [randomBytes(bytes)] })).toThrow(InvalidKey);
  });

  it('does not show keys when it is logged or turned into JSON', () => {
    const shown = inspect(box, { depth: 9, showHidden: true }) + JSON.stringify(box);
    expect(shown).not.toContain(
      current
        .subarray(0, 4)
        .toString('hex')
        .replace(/..(?!$)/g, '$& '),
    );
    expect(shown).not.toContain(String([...current.subarray(0, 4)]));
  });
});
