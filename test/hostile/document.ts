import type { Json, Schema } from './json';

/** What of an operation the generator and the judge need. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** `POST /spg/notification`. */
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Absent: it takes no body. */
  readonly body: { readonly schema: Schema; readonly examples: readonly unknown[] } | undefined;
  readonly security: readonly string[];
  /** By status. */
  readonly responses: Readonly<Record<string, { readonly schema?: Schema; readonly mediaType?: string }>>;
}

const ORDER: readonly Operation['method'][] = ['PUT', 'POST', 'PATCH', 'GET', 'DELETE'];

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

/** An OpenAPI 3.1 document, as far as requests are made from it and answers are judged by it. */
export class ApiDocument {
  readonly operations: readonly Operation[];

  constructor(readonly json: Json) {
    const paths = json['paths'] as Record<string, Record<string, Json>>;
    const all = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => this.read(path, method, operation)),
    );
    // What is there to be looked at is not taken away before.
    this.operations = all.toSorted((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));
  }

  /** What a reference means, or the schema itself. */
  resolve(schema: Schema): Schema {
    const reference = schema['$ref'];
    return typeof reference === 'string' ? this.resolve(this.at(reference)) : schema;
  }

  private at(reference: string): Schema {
    const way = reference.slice('#/'.length).split('/');
    return way.reduce<Json>((value, member) => value[member] as Json, this.json);
  }

  private read(path: string, method: string, operation: Json): Operation {
    const parameters = (operation['parameters'] ?? []) as Json[];
    const responses = operation['responses'] as Record<string, Json>;
    const security = (operation['security'] ?? []) as Record<string, unknown>[];
    return {
      method: method.toUpperCase() as Operation['method'],
      path,
      name: `${method.toUpperCase()} ${path}`,
      parameters: parameters.map((parameter) => this.readParameter(parameter)),
      body: bodyOf(operation['requestBody'] as Json | undefined),
      security: security.flatMap((way) => Object.keys(way)),
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [
          status,
          contentOf(this.resolve(response)) ?? {},
        ]),
      ),
    };
  }

  private readParameter(given: Json): Parameter {
    const { name, in: place, required = false, schema = {} } = this.resolve(given);
    return {
      name: name as string,
      in: place as Parameter['in'],
      required: required as boolean,
      schema: schema as Schema,
    };
  }
}

function bodyOf(requestBody: Json | undefined): Operation['body'] {
  const content = contentOf(requestBody);
  if (!content?.schema) return undefined;
  return { schema: content.schema, examples: content.examples };
}

function contentOf(
  holder: Json | undefined,
): { readonly schema?: Schema; readonly mediaType: string; readonly examples: unknown[] } | undefined {
  const [first] = Object.entries((holder?.['content'] ?? {}) as Record<string, Content>);
  if (!first) return undefined;
  const [mediaType, { schema, example, examples = {} }] = first;
  const named = Object.values(examples).map(({ value }) => value);
  return { mediaType, examples: [...(example ? [example] : []), ...named], ...(schema && { schema }) };
}
