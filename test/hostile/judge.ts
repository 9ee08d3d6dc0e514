import type { ValidateFunction } from 'ajv/dist/2020';
import { newAjv } from '../support/ajv';
import type { ApiDocument } from './document';
import type { Json, Schema } from './json';
import type { HostileRequest } from './requests';

export interface GivenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What must never be seen from outside. */
const INSIDE = /node_modules|QueryFailedError|\bat \S+ \(|\.[jt]s:\d+|SELECT .* FROM|pg_catalog|stack/;

/** Says what is wrong with answers, by what the OpenAPI document promises and by what holds for all of them. */
export class Judge {
  private readonly ajv = newAjv();
  private readonly compiled = new Map<Schema, ValidateFunction>();

  constructor(document: ApiDocument) {
    this.ajv.addVocabulary(Object.keys(document.json)).addSchema(document.json, 'docs-json');
  }

  /** @returns what is wrong; undefined: nothing */
  faultOf({ operation, isLetIn, headers: given }: HostileRequest, answer: GivenAnswer): string | undefined {
    const { status, headers, text } = answer;
    if (status >= 500) return `status ${status}`;
    if (headers['x-transaction-id'] === undefined) return 'no X-Transaction-Id';
    if (isOfNoRoute(answer)) return undefined;
    if (!isLetIn && status !== 401) return `${status} for nobody`;
    if (status >= 400 && INSIDE.test(text)) return 'the error shows the inside';
    const promised = operation.responses[String(status)];
    if (status === 304 && 'if-none-match' in given) return undefined;
    if (!promised) return `status ${status} is not in the document`;
    if (promised.schema === undefined) return status === 204 && text !== '' ? 'a body with 204' : undefined;
    const mediaType = String(headers['content-type']).split(';')[0];
    const expected = status >= 400 ? 'application/problem+json' : promised.mediaType;
    if (mediaType !== expected) return `${status} as ${mediaType}`;
    if (expected === 'text/event-stream') return undefined;
    const body = parse(text);
    return this.invalid(promised.schema, body) ?? (status >= 400 ? faultOfProblem(status, body) : undefined);
  }

  private invalid(schema: Schema, body: unknown): string | undefined {
    let validate = this.compiled.get(schema);
    if (!validate) {
      const absolute = JSON.stringify(schema).replaceAll('"#/', '"docs-json#/');
      validate = this.ajv.compile(JSON.parse(absolute) as Json);
      this.compiled.set(schema, validate);
    }
    void validate(body);
    const [error] = validate.errors ?? [];
    return error && `the body is not as documented: ${error.instancePath} ${error.message}`;
  }
}

/** A path that a nasty part has made another one, or none at all; whoever sends it. */
function isOfNoRoute({ status, text }: GivenAnswer): boolean {
  const body = parse(text);
  if (faultOfProblem(status, body) !== undefined) return false;
  return /^(?:Cannot [A-Z]+ |Failed to decode param )/.test(String((body as Json)['detail']));
}

function faultOfProblem(status: number, body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return 'no problem';
  const { type, title, status: told, detail, instance, errors } = body as Json;
  if (![type, title, detail, instance].every((member) => typeof member === 'string' && member !== '')) {
    return 'a problem that lacks a member of RFC 9457';
  }
  if (told !== status) return `a problem that tells ${String(told)} with status ${status}`;
  if (String(type).endsWith(':invalid-input') && !(Array.isArray(errors) && errors.length > 0)) {
    return 'invalid input without a pointer';
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
