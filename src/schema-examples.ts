import type { OpenAPIObject } from '@nestjs/swagger';

type Json = Record<string, unknown>;

/** Below these stands data, not a description of it. */
const DATA = new Set(['example', 'examples', 'default', 'const', 'enum']);

/** Below these stand names that anybody chose, and only below them what is named so. */
const NAMES = new Set(['properties', 'patternProperties', 'schemas', 'headers', 'parameters', 'responses']);

/**
 * Shows each example where OpenAPI 3.1 wants it. Its schemas are JSON Schema, which has `examples` where Nest's
 * decorators write `example`; that of a parameter or a whole body stands beside its schema, where forms look for it.
 */
export function moveExamples(document: OpenAPIObject): OpenAPIObject {
  visit(document);
  return document;
}

function visit(node: unknown): void {
  if (Array.isArray(node)) node.forEach(visit);
  if (!isObject(node)) return;
  const { schema } = node;
  if (isObject(schema)) {
    if (schema['example'] !== undefined) node['example'] ??= schema['example'];
    delete schema['example'];
  } else if ('example' in node) {
    node['examples'] = [node['example']];
    delete node['example'];
  }
  for (const [key, member] of Object.entries(node)) {
    if (DATA.has(key)) continue;
    if (NAMES.has(key) && isObject(member)) Object.values(member).forEach(visit);
    else visit(member);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
