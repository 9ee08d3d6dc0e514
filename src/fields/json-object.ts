/** An object as JSON has it: not null, not a list. */
export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A partner writes an absent member either way. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
