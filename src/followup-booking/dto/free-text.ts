import { Text } from '../../fields/text';

interface FreeTextOptions {
  description: string;
  example?: unknown;
  /** Characters at most. Default 200. */
  max?: number;
}

/** Text that may be absent or empty, as most members of the published objects may. */
export function FreeText({ max = 200, ...options }: FreeTextOptions): PropertyDecorator {
  return Text({ min: 0, max, optional: true, ...options });
}

/** A list of such texts. */
export function FreeTexts({ max = 200, ...options }: FreeTextOptions): PropertyDecorator {
  return Text({ min: 0, max, optional: true, list: { max: 100 }, ...options });
}
