import type { Problem } from './problem';

/** The members of RFC 9457, but for `instance`. */
export function problemMembers({ definition: { slug, title, status }, detail, extras: { errors } }: Problem) {
  return { type: `urn:problem-type:karere:${slug}`, title, status, detail, ...(errors && { errors }) };
}
