import { type Class, type Field, fieldsOf } from './field-table';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * JSON Schema (2020-12) of a class made of composed decorators. Members that it does not name are allowed, since
 * partners add some without asking, and an optional one may be null.
 */
export function jsonSchemaOf(type: Class): JsonSchema {
  const fields = fieldsOf(type).filter(({ schema }) => schema !== undefined);
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, memberSchema(field)])),
    required: fields.filter(({ required }) => required).map(({ name }) => name),
  };
}

function memberSchema({ schema = {}, nested, required }: Field): JsonSchema {
  const { type, isArray, example, ...others } = schema;
  const rest = example === undefined ? others : { ...others, examples: [example] };
  if (nested && isArray) return nullable({ ...rest, type: 'array', items: jsonSchemaOf(nested()) }, required);
  if (nested) return nullable({ ...rest, ...jsonSchemaOf(nested()) }, required);
  return nullable({ ...rest, type }, required);
}

function nullable(schema: JsonSchema, required = false): JsonSchema {
  if (required) return schema;
  const { type, enum: values } = schema;
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) && { enum: [...(values as unknown[]), null] }),
  };
}
