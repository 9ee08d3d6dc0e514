import type { Problem } from '../problems/problem';
import type { ProblemDialect } from '../problems/problem-dialects';
import { isJsonObject } from '../fields/json-object';

/** The routes that ServiceMobility calls; as Express reads them: whatever the case, with or without a slash at the end. */
const ROUTES =
  /^\/followup-booking\/(work-orders\/[^/]+\/followup|appointments\/open-slots|auth\/token)\/?$/i;

/** Longer values and names would say no more. */
const MAX_TEXT = 100;

/** Never echoed, not even to who sent it. */
const SECRET = 'password';

/** What is wrong with one member, as ServiceMobility's Standard Response object has it. */
interface InvalidParam {
  readonly name: string;
  readonly reason: string;
  /** RFC 9535: `$.TimeConstraints[0].Period.Start`. */
  readonly path: string;
  /** Absent when there is none, or no simple one. */
  readonly value?: string;
}

/** ServiceMobility's Standard Response object, of which all other members are those of RFC 9457. */
export const serviceMobilityDialect: ProblemDialect = {
  speaksTo: (path) => ROUTES.test(path),
  members: ({ extras: { errors } }: Problem, body: unknown) => ({
    ...(errors && {
      invalidParams: errors.map(({ pointer, detail }) => invalidParam(stepsOf(pointer), detail, body)),
    }),
  }),
};

function invalidParam(steps: readonly string[], reason: string, body: unknown): InvalidParam {
  const name = (steps.at(-1) ?? '').slice(0, MAX_TEXT);
  const value = name === SECRET ? undefined : textOf(valueAt(body, steps));
  return { name, reason, path: pathOf(steps), ...(value !== undefined && { value }) };
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function pathOf(steps: readonly string[]): string {
  const parts = steps.map((step) => {
    const name = step.slice(0, MAX_TEXT);
    if (/^\d+$/.test(name)) return `[${name}]`;
    return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `['${name.replaceAll(/[\\']/g, '\\$&')}']`;
  });
  return `$${parts.join('')}`;
}

function valueAt(body: unknown, steps: readonly string[]): unknown {
  let place = body;
  for (const step of steps) {
    if (!Array.isArray(place) && !isJsonObject(place)) return undefined;
    place = Object.hasOwn(place, step) ? (place as Record<string, unknown>)[step] : undefined;
  }
  return place;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
