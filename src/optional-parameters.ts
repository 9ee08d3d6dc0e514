import type { OpenAPIObject } from '@nestjs/swagger';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * Says in words what an optional parameter of a query can be. Swagger UI fills every `example` in, and a list with
 * all its filters set to examples finds nothing.
 */
export function describeOptionalParameters(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      for (const parameter of path[method]?.parameters ?? []) {
        if ('in' in parameter && parameter.in === 'query' && !parameter.required) describe(parameter);
      }
    }
  }
  return document;
}

function describe(parameter: { description?: string; example?: unknown; schema?: object }): void {
  const schema: { example?: unknown } = parameter.schema ?? {};
  const example: unknown = parameter.example ?? schema.example;
  const shown = typeof example === 'string' ? example : JSON.stringify(example);
  if (example === undefined) return;
  delete parameter.example;
  delete schema.example;
  parameter.description = `${parameter.description ?? ''}. For example \`${shown}\``;
}
