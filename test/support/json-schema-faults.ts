type Schema = Readonly<Record<string, unknown>>;

/** How each keyword of JSON Schema that we use is read; undefined: nothing is wrong. */
const KEYWORDS: Readonly<Record<string, (rule: unknown, value: unknown, schema: Schema) => boolean>> = {
  const: (rule, value) => value === rule,
  enum: (rule, value) => (rule as unknown[]).includes(value),
  type: (rule, value) => [rule].flat().some((type) => isOfType(type as string, value)),
  pattern: (rule, value) => typeof value !== 'string' || new RegExp(rule as string, 'u').test(value),
  format: (rule, value) => typeof value !== 'string' || isOfFormat(rule as string, value),
  minLength: (rule, value) => typeof value !== 'string' || Array.from(value).length >= (rule as number),
  maxLength: (rule, value) => typeof value !== 'string' || Array.from(value).length <= (rule as number),
  minimum: (rule, value) => typeof value !== 'number' || value >= (rule as number),
  maximum: (rule, value) => typeof value !== 'number' || value <= (rule as number),
  minItems: (rule, value) => !Array.isArray(value) || value.length >= (rule as number),
  maxItems: (rule, value) => !Array.isArray(value) || value.length <= (rule as number),
  required: (rule, value) =>
    !isObject(value) || (rule as string[]).every((name) => Object.hasOwn(value, name)),
  oneOf: (rule, value) =>
    (rule as Schema[]).filter((schema) => jsonSchemaFaults(schema, value).length === 0).length === 1,
  additionalProperties: (rule, value, { properties = {} }) =>
    rule === true ||
    !isObject(value) ||
    Object.keys(value).every((name) => Object.hasOwn(properties as object, name)),
};

const ANNOTATIONS = new Set(['$schema', 'description', 'examples', 'title']);

/**
 * Where and by which keywords a value breaks a JSON Schema (2020-12), as far as our schemas go.
 * @throws when the schema has a keyword that is not known here, so that none is passed over
 */
export function jsonSchemaFaults(schema: Schema, value: unknown, place = ''): string[] {
  const faults: string[] = [];
  for (const [keyword, rule] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue;
    if (keyword === 'properties') {
      for (const [name, member] of Object.entries(rule as Record<string, Schema>)) {
        if (!isObject(value) || !Object.hasOwn(value, name)) continue;
        faults.push(...jsonSchemaFaults(member, value[name], `${place}/${name}`));
      }
    } else if (keyword === 'items') {
      for (const [index, item] of (Array.isArray(value) ? value : []).entries()) {
        faults.push(...jsonSchemaFaults(rule as Schema, item, `${place}/${index}`));
      }
    } else {
      const holds = KEYWORDS[keyword];
      if (!holds) throw new Error(`the keyword ${keyword} is not known here`);
      if (!holds(rule, value, schema)) faults.push(`${place} ${keyword}`);
    }
  }
  return faults;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      throw new Error(`the type ${type} is not known here`);
  }
}

function isOfFormat(format: string, text: string): boolean {
  switch (format) {
    case 'date-time':
      return (
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
        !Number.isNaN(Date.parse(text))
      );
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
    case 'uuid':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
    case 'uri':
      return URL.canParse(text);
    case 'email':
      return /^[^@\s]+@[^@\s]+$/.test(text);
    case 'byte':
      return Buffer.from(text, 'base64').toString('base64') === text;
    default:
      throw new Error(`the format ${format} is not known here`);
  }
}
