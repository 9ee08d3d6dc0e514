import { createHash } from 'node:crypto';
import { canonicalJson } from '../fields/canonical-json';
import { findTooDeep } from '../fields/json-depth';
import { isJsonObject } from '../fields/json-object';
import { parseJson } from '../http/parse-json';

const LOCK = /"LockId"\s*:\s*"[^"]*"/i;

/**
 * SHA-256 by which a message with the same id is known to be the same, however it is written: of its members in
 * sorted order, but for that id, its lock and the result of the call; of its bytes without the lock when it is no
 * JSON.
 */
export function fingerprintOf(original: Buffer): Buffer {
  const content = contentOf(original) ?? original.toString('latin1').replace(LOCK, '');
  return createHash('sha256').update(content).digest();
}

function contentOf(original: Buffer): string | undefined {
  try {
    const json = parseJson(original);
    if (!isJsonObject(json) || findTooDeep(json) !== undefined) return undefined;
    const { MessageId: _id, LockId: _lock, ServiceResult: _result, ...content } = json;
    return canonicalJson(content);
  } catch {
    return undefined;
  }
}
