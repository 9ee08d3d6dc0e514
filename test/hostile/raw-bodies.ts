import fc from 'fast-check';
import { gzipSync } from 'node:zlib';

export interface RawBody {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const MEGABYTE = 1024 * 1024;

function json(text: string | Buffer): RawBody {
  return { bytes: Buffer.from(text), headers: JSON_TYPE };
}

/** Bodies that are wrong as a whole, before anybody looks at what they say. */
export const rawBodies: fc.Arbitrary<RawBody> = fc.oneof(
  fc.constantFrom<RawBody>(
    json(''),
    json(' '),
    json('{'),
    json('}'),
    json('nul'),
    json('"'),
    json('[1,]'),
    json('{"a":1,}'),
    json('{"a":1 "b":2}'),
    json("{'a':1}"),
    json('{"a":1}{"a":2}'),
    json('{"a":1,"a":2,"eventId":"1","eventId":"2"}'),
    json('null'),
    json('true'),
    json('1e999'),
    json('"text"'),
    json('[]'),
    json('[[],[]]'),
    json(`[${'{},'.repeat(9999)}{}]`),
    json('['.repeat(100_000)),
    json(`${'['.repeat(50_000)}${']'.repeat(50_000)}`),
    json('{"a":'.repeat(50_000)),
    json(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
    json('\uFEFF{}'),
    json(Buffer.from('{"a":"x"}', 'utf16le')),
    json(Buffer.from([0x7b, 0xff, 0xfe, 0x7d])),
    json(Buffer.from('{"a":"\xED\xA0\x80"}', 'latin1')),
    json(`"${'x'.repeat(MEGABYTE - 2)}"`),
    json(`"${'x'.repeat(MEGABYTE)}"`),
    { bytes: Buffer.from('{}'), headers: {} },
    { bytes: Buffer.from('{}'), headers: { 'content-type': 'text/plain' } },
    { bytes: Buffer.from('<a/>'), headers: { 'content-type': 'application/xml' } },
    { bytes: Buffer.from('{}'), headers: { 'content-type': 'application/json; charset=utf-16' } },
    { bytes: Buffer.from('{}'), headers: { 'content-type': `application/json; ${'x'.repeat(4000)}` } },
    { bytes: Buffer.from('a=1'), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    { bytes: gzipSync('{}'), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } },
    { bytes: gzipSync(' '.repeat(50 * MEGABYTE)), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } },
    { bytes: Buffer.from('{}'), headers: { ...JSON_TYPE, 'content-encoding': 'br, gzip' } },
  ),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => json(Buffer.from(bytes))),
  fc.string({ maxLength: 60 }).map((text) => json(text)),
);
