/** Metadata key of the scope that a route asks for. */
export const REQUIRED_SCOPE = 'karere:required-scope';

/** Every scope that a route asks for. */
export const SCOPES = [
  'spg:read',
  'events:read',
  'events:admin',
  'events:publish',
  'notifications:admin',
  'itas:publish',
  'itas:read',
  'itas:admin',
  'bookings:read',
  'bookings:admin',
] as const;
export type Scope = (typeof SCOPES)[number];
