/** Metadata key of the scope that a route asks for. */
export const REQUIRED_SCOPE = 'karere:required-scope';

/** Every scope that a route asks for. */
export type Scope =
  'spg:read' | 'events:admin' | 'events:publish' | 'itas:publish' | 'itas:read' | 'itas:admin';
