import type { Problem } from '../problems/problem';
import type { ProblemDialect } from '../problems/problem-dialects';

/** The error body of the gateway's own APIs, which its operators know how to read. */
export const spgDialect: ProblemDialect = {
  // As Express reads it: whatever the case, with or without a slash at the end.
  speaksTo: (path) => /^\/spg\/notification\/?$/i.test(path),
  members: ({ definition, detail, extras }: Problem) => ({
    message: definition.title,
    code: definition.slug,
    cause: detail,
    details: (extras.errors ?? []).map((error) => ({
      detailedMessage: error.detail,
      detailedCode: error.keyword ?? 'invalid',
      instance: error.pointer,
      keyword: error.keyword ?? 'invalid',
    })),
  }),
};
