import { scalar, type ScalarOptions } from './scalar';

/** What proxies and servers commonly still accept. */
const MAX = 2048;

/** An absolute http or https address. */
export function Uri(options: ScalarOptions): PropertyDecorator {
  return scalar(
    {
      keyword: 'uri',
      detail: `must be an absolute http or https address of at most ${MAX} characters`,
      holds: isWebAddress,
    },
    { type: 'string', format: 'uri', maxLength: MAX },
    { example: 'https://files.example.co.nz/site-photo.jpg', ...options },
  );
}

function isWebAddress(value: unknown): boolean {
  return (
    typeof value === 'string' && value.length <= MAX && /^https?:\/\/\S+$/i.test(value) && URL.canParse(value)
  );
}
