import type { Rule } from './rule';

export type Class<T extends object = object> = new () => T;

/** What one composed decorator says about one member of a class. */
export interface Field {
  readonly name: string;
  readonly rule: Rule;
  /** It may not be absent, which is told in words of its own. */
  readonly required?: boolean;
  /** Set when the member is an object of this class, or a list of them. Called late, so that classes may refer to each other. */
  readonly nested?: () => Class;
  /** JSON Schema of the member, without what is in `nested`. Absent: only a rule besides that of its kind. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

const declared = new WeakMap<Class, Field[]>();
const complete = new WeakMap<Class, readonly Field[]>();
const closed = new WeakSet<Class>();

export function declareField(type: Class, field: Field): void {
  const fields = declared.get(type);
  if (fields) fields.push(field);
  else declared.set(type, [field]);
}

export function declareClosed(type: Class): void {
  closed.add(type);
}

/** The members that the class does not name, if it allows none of these. */
export function unknownMembers(type: Class, plain: object): string[] {
  if (!closed.has(type)) return [];
  const known = new Set(fieldsOf(type).map(({ name }) => name));
  return Object.keys(plain).filter((name) => !known.has(name));
}

/** All fields of a class, inherited ones first; a member that the class declares again replaces the inherited one. */
export function fieldsOf(type: Class): readonly Field[] {
  const known = complete.get(type);
  if (known) return known;
  const own = declared.get(type) ?? [];
  const names = new Set(own.map((field) => field.name));
  const parent: unknown = Object.getPrototypeOf(type);
  const inherited = isClass(parent) ? fieldsOf(parent).filter((field) => !names.has(field.name)) : [];
  const fields = [...inherited, ...own];
  complete.set(type, fields);
  return fields;
}

function isClass(value: unknown): value is Class {
  return typeof value === 'function' && value !== Function.prototype;
}
