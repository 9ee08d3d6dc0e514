type Schema = Readonly<Record<string, unknown>>;

const ANYTHING: Schema = {};
const TEXT: Schema = { type: 'string' };
const FLAG: Schema = { type: 'boolean' };
const URL: Schema = { type: 'string', format: 'uri-reference' };
const of = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const listOf = (items: Schema): Schema => ({ type: 'array', items });
const mapOf = (values: Schema, names: Schema = {}): Schema => ({
  type: 'object',
  additionalProperties: values,
  propertyNames: names,
});
/** It stands there, or a reference to it. */
const here = (name: string): Schema => ({ anyOf: [of('reference'), of(name)] });

/** An object that has nothing but these members, and extensions. */
function closed(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return {
    type: 'object',
    properties,
    required,
    patternProperties: { '^x-': ANYTHING },
    additionalProperties: false,
  };
}

const EXAMPLES = { example: ANYTHING, examples: mapOf(here('example')) };

/** Parameters and headers are described in one of two ways. */
const DESCRIBED = {
  description: TEXT,
  required: FLAG,
  deprecated: FLAG,
  allowEmptyValue: FLAG,
  allowReserved: FLAG,
  style: TEXT,
  explode: FLAG,
  schema: of('schema'),
  content: { ...mapOf(of('mediaType')), minProperties: 1, maxProperties: 1 },
  ...EXAMPLES,
};
const EITHER_WAY = { oneOf: [{ required: ['schema'] }, { required: ['content'] }] };

/** Of the key of an API. */
const PLACE = { enum: ['query', 'header', 'cookie'] };

const COMPONENT_NAME = { pattern: '^[a-zA-Z0-9._-]+$' };
const STATUS = { pattern: '^(default|[1-5]([0-9]{2}|XX))$' };

const OPERATION = closed(
  {
    tags: listOf(TEXT),
    summary: TEXT,
    description: TEXT,
    externalDocs: of('externalDocs'),
    operationId: TEXT,
    parameters: { ...listOf(here('parameter')), uniqueItems: true },
    requestBody: here('requestBody'),
    responses: { ...mapOf(here('response'), STATUS), minProperties: 1 },
    callbacks: mapOf(mapOf(here('pathItem'))),
    deprecated: FLAG,
    security: listOf(of('security')),
    servers: listOf(of('server')),
  },
  ['responses'],
);

/**
 * JSON Schema of an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1): which objects have which members.
 * Schemas inside are checked by the meta-schema of JSON Schema 2020-12. What Karere does not use (OAuth, links) is left out.
 */
export const OPENAPI_STRUCTURE: Schema = {
  ...closed(
    {
      openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
      info: closed(
        {
          title: TEXT,
          summary: TEXT,
          description: TEXT,
          termsOfService: URL,
          contact: closed({ name: TEXT, url: URL, email: TEXT }),
          license: closed({ name: TEXT, identifier: TEXT, url: URL }, ['name']),
          version: TEXT,
        },
        ['title', 'version'],
      ),
      jsonSchemaDialect: URL,
      servers: listOf(of('server')),
      paths: mapOf(of('pathItem'), { pattern: '^/' }),
      webhooks: mapOf(here('pathItem')),
      components: closed({
        schemas: mapOf(of('schema'), COMPONENT_NAME),
        responses: mapOf(here('response'), COMPONENT_NAME),
        parameters: mapOf(here('parameter'), COMPONENT_NAME),
        examples: mapOf(here('example'), COMPONENT_NAME),
        requestBodies: mapOf(here('requestBody'), COMPONENT_NAME),
        headers: mapOf(here('header'), COMPONENT_NAME),
        securitySchemes: mapOf(here('securityScheme'), COMPONENT_NAME),
        pathItems: mapOf(of('pathItem'), COMPONENT_NAME),
      }),
      security: listOf(of('security')),
      tags: listOf(closed({ name: TEXT, description: TEXT, externalDocs: of('externalDocs') }, ['name'])),
      externalDocs: of('externalDocs'),
    },
    ['openapi', 'info'],
  ),
  anyOf: [{ required: ['paths'] }, { required: ['components'] }, { required: ['webhooks'] }],
  $defs: {
    reference: closed({ $ref: URL, summary: TEXT, description: TEXT }, ['$ref']),
    externalDocs: closed({ description: TEXT, url: URL }, ['url']),
    server: closed({ url: TEXT, description: TEXT, variables: { type: 'object' } }, ['url']),
    pathItem: closed({
      $ref: URL,
      summary: TEXT,
      description: TEXT,
      servers: listOf(of('server')),
      parameters: listOf(here('parameter')),
      ...Object.fromEntries(
        ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'].map((method) => [
          method,
          of('operation'),
        ]),
      ),
    }),
    operation: OPERATION,
    parameter: {
      ...closed({ ...DESCRIBED, name: TEXT, in: { enum: ['query', 'header', 'path', 'cookie'] } }, [
        'name',
        'in',
      ]),
      allOf: [
        EITHER_WAY,
        {
          anyOf: [
            { properties: { in: { enum: ['query', 'header', 'cookie'] } } },
            { properties: { required: { const: true } }, required: ['required'] },
          ],
        },
      ],
    },
    header: { ...closed(DESCRIBED), ...EITHER_WAY },
    requestBody: closed({ description: TEXT, content: mapOf(of('mediaType')), required: FLAG }, ['content']),
    mediaType: closed({ schema: of('schema'), encoding: { type: 'object' }, ...EXAMPLES }),
    response: closed(
      {
        description: TEXT,
        headers: mapOf(here('header')),
        content: mapOf(of('mediaType')),
      },
      ['description'],
    ),
    example: closed({ summary: TEXT, description: TEXT, value: ANYTHING, externalValue: URL }),
    security: mapOf(listOf(TEXT)),
    securityScheme: {
      anyOf: [
        closed({ type: { const: 'apiKey' }, description: TEXT, name: TEXT, in: PLACE }, [
          'type',
          'name',
          'in',
        ]),
        closed({ type: { const: 'http' }, description: TEXT, scheme: TEXT, bearerFormat: TEXT }, [
          'type',
          'scheme',
        ]),
      ],
    },
    schema: { $ref: 'https://json-schema.org/draft/2020-12/schema' },
  },
};
