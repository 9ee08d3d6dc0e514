import { defineProblem } from './problem';

/** The problems that any route can answer with. Features keep their own in `<feature>.problems.ts`. */
export const malformedBody = defineProblem({
  slug: 'malformed-body',
  title: 'The body can not be read',
  status: 400,
});
export const invalidInput = defineProblem({
  slug: 'invalid-input',
  title: 'The request is not valid',
  status: 400,
});
export const unauthenticated = defineProblem({
  slug: 'unauthenticated',
  title: 'Who you are could not be established',
  status: 401,
});
export const forbidden = defineProblem({ slug: 'forbidden', title: 'Not allowed', status: 403 });
export const notServedHere = defineProblem({
  slug: 'not-served-here',
  title: 'Not served by this process',
  status: 404,
});
export const bodyTooLarge = defineProblem({
  slug: 'body-too-large',
  title: 'The body is too large',
  status: 413,
});
export const unsupportedMediaType = defineProblem({
  slug: 'unsupported-media-type',
  title: 'The body is of a kind that is not accepted here',
  status: 415,
});
export const tooManyRequests = defineProblem({
  slug: 'too-many-requests',
  title: 'Too many requests',
  status: 429,
});
export const unavailable = defineProblem({
  slug: 'unavailable',
  title: 'Temporarily not available',
  status: 503,
});
export const internalError = defineProblem({
  slug: 'internal-error',
  title: 'Something went wrong on our side',
  status: 500,
});
