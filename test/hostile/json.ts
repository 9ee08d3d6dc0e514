export type Json = Record<string, unknown>;

/** JSON Schema 2020-12. */
export type Schema = Readonly<Json>;
