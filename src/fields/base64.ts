import { scalar, type ScalarOptions } from './scalar';

interface Base64Options extends ScalarOptions {
  /** Characters of the encoded text at most. */
  max: number;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Bytes as RFC 4648 §4 base64, padded. */
export function Base64({ max, ...options }: Base64Options): PropertyDecorator {
  return scalar(
    {
      keyword: 'base64',
      detail: `must be base64 of 1 to ${max} characters`,
      holds: (value) => isBase64(value, max),
    },
    { type: 'string', format: 'byte', minLength: 1, maxLength: max },
    options,
  );
}

function isBase64(value: unknown, max: number): boolean {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= max &&
    value.length % 4 === 0 &&
    BASE64.test(value)
  );
}
