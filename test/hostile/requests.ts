import fc from 'fast-check';
import type { ApiDocument, Operation } from './document';
import type { Schema } from './json';
import { nastyValues } from './nasty-values';
import { type RawBody, rawBodies } from './raw-bodies';
import { spoiled } from './spoiled-values';
import { validValues } from './valid-values';

export interface HostileRequest {
  readonly operation: Operation;
  /** With its query, as it is sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** Whether what the operation asks for is presented. */
  readonly isLetIn: boolean;
}

/** What answers have told so far that a part of an operation's path can name. */
export type KnownIds = (operation: Operation, name: string) => readonly string[];

/** What opens operations, by the name of their security scheme. */
export type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

const METHOD_HAS_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Requests to one operation: good ones, ones at the boundary, and bad ones in every part. */
export function requestsTo(
  operation: Operation,
  document: ApiDocument,
  credentials: Credentials,
  known: KnownIds,
): fc.Arbitrary<HostileRequest> {
  return fc
    .record({
      path: pathOf(operation, document, known),
      query: queryOf(operation, document),
      body: bodyOf(operation, document),
      isLetIn: fc.integer({ min: 1, max: 20 }).map((n) => n > 1),
      extra: extraHeaders,
    })
    .map(({ path, query, body, isLetIn, extra }) => {
      const scheme = operation.security[0] ?? '';
      return {
        operation,
        target: query === '' ? path : `${path}?${query}`,
        headers: { ...extra, ...body?.headers, ...(isLetIn && credentials[scheme]) },
        body: body?.bytes,
        isLetIn: isLetIn || scheme === '',
      };
    });
}

const extraHeaders: fc.Arbitrary<Readonly<Record<string, string>>> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({}) },
  fc.constantFrom<Record<string, string>>(
    { 'x-transaction-id': 'x' },
    { 'x-transaction-id': 'x'.repeat(5000) },
    { 'x-transaction-id': "'; --" },
    { 'x-forwarded-for': '10.0.0.1, not-an-address' },
    { accept: 'application/xml' },
    { 'if-none-match': '*' },
    { range: 'bytes=0-0' },
    { 'accept-language': 'x'.repeat(3000) },
  ),
);

function pathOf(operation: Operation, document: ApiDocument, known: KnownIds): fc.Arbitrary<string> {
  const { path, parameters } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const values = names.map((name) => {
    const schema = parameters.find((each) => each.in === 'path' && each.name === name)?.schema ?? {};
    return partOfPath(document, schema, known(operation, name));
  });
  return fc
    .tuple(...values)
    .map((parts) => names.reduce((filled, name, n) => filled.replace(`{${name}}`, parts[n] ?? ''), path));
}

function partOfPath(document: ApiDocument, schema: Schema, known: readonly string[]): fc.Arbitrary<string> {
  const good = validValues(document, schema).map((value) => encode(String(value)));
  const seen = known.length > 0 ? [{ weight: 6, arbitrary: fc.constantFrom(...known).map(encode) }] : [];
  return fc.oneof(
    ...seen,
    { weight: 2, arbitrary: good.filter((value) => !/^\.{0,2}$/.test(value)) },
    nastyValues.map((value) => encode(textOf(value).slice(0, 2000)) || '-'),
    fc.constantFrom('%', '%zz', '%ED%A0%80', '%00', '..%2f..', '%C0%AF', '0x10', '1e3', '-1', '+1', '%20'),
  );
}

function queryOf({ parameters }: Operation, document: ApiDocument): fc.Arbitrary<string> {
  const own = parameters.filter((parameter) => parameter.in === 'query');
  const pairs = own.map(({ name, schema }) =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<string[]>([]) },
      { weight: 5, arbitrary: validValues(document, schema).map((value) => [pair(name, short(value))]) },
      { weight: 2, arbitrary: nastyValues.map((value) => [pair(name, textOf(value).slice(0, 2000))]) },
      fc.constantFrom(
        [`${name}=1`, `${name}=2`],
        [`${name}[]=1`],
        [`${name}[a]=1`],
        [name],
        [`${name}=%ED%A0%80`],
      ),
    ),
  );
  const unknown = fc.constantFrom<string[]>(
    [],
    [],
    [],
    [],
    ['unknown=1'],
    ['__proto__=1'],
    ['a[b][c]=1'],
    ['%=%'],
  );
  return fc.tuple(...pairs, unknown).map((lists) => lists.flat().join('&'));
}

/** So that nobody waits for long polls. */
function short(value: unknown): string {
  return typeof value === 'number' && value > 1 && value <= 30 ? '1' : textOf(value);
}

function bodyOf({ method, body }: Operation, document: ApiDocument): fc.Arbitrary<RawBody | undefined> {
  const raw = METHOD_HAS_BODY.has(method) ? rawBodies : fc.constant(undefined);
  if (!body) return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, raw);
  const made = validValues(document, body.schema);
  const { examples } = body;
  const good = examples.length > 0 ? fc.oneof(made, fc.constantFrom(...examples)) : made;
  return fc.oneof(
    { weight: 4, arbitrary: good.map(toJson) },
    { weight: 8, arbitrary: spoiled(good).map(toJson) },
    { weight: 2, arbitrary: spoiled(spoiled(good)).map(toJson) },
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

function toJson(value: unknown): RawBody {
  const text = JSON.stringify(value) ?? '';
  return { bytes: Buffer.from(text), headers: { 'content-type': 'application/json' } };
}

function pair(name: string, value: string): string {
  return `${name}=${encode(value)}`;
}

/** Percent-encoded; half a character, which can't be, as what some client may make of it. */
function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
