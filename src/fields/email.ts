import { isEmail } from 'class-validator';
import { scalar, type ScalarOptions } from './scalar';

/** Longest address that SMTP can carry (RFC 5321 §4.5.3.1.3). */
const MAX = 254;

/** Inside quotes the rule lets line breaks pass, which mail headers can not hold; and it fails over half a character. */
const UNUSABLE = /[\p{Cc}\p{Cs}]/u;

export function Email(options: ScalarOptions): PropertyDecorator {
  return scalar(
    { keyword: 'email', detail: 'must be an e-mail address', holds: isUsable },
    { type: 'string', format: 'email', maxLength: MAX },
    { example: 'aroha.ngata@example.co.nz', ...options },
  );
}

function isUsable(value: unknown): boolean {
  return typeof value === 'string' && !UNUSABLE.test(value) && isEmail(value);
}
