import { scalar, type ScalarOptions } from './scalar';

/** RFC 9562 §4, any version, either case. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** None is smaller. */
export const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

export function Uuid(options: ScalarOptions): PropertyDecorator {
  return scalar(
    { keyword: 'uuid', detail: 'must be a UUID', holds: isUuid },
    { type: 'string', format: 'uuid' },
    options,
  );
}
