import { isEmail } from 'class-validator';
import { scalar, type ScalarOptions } from './scalar';

/** Longest address that SMTP can carry (RFC 5321 §4.5.3.1.3). */
const MAX = 254;

export function Email(options: ScalarOptions): PropertyDecorator {
  return scalar(
    { keyword: 'email', detail: 'must be an e-mail address', holds: (value) => isEmail(value) },
    { type: 'string', format: 'email', maxLength: MAX },
    { example: 'aroha.ngata@example.co.nz', ...options },
  );
}
