/** One thing that is wrong in the input. */
interface FieldProblem {
  /** Where: an RFC 6901 JSON pointer into the body, `?name` of a query parameter, or `{name}` of a part of the path. */
  readonly pointer: string;
  /** What, as a sentence about the field. */
  readonly detail: string;
  /** The rule that was broken. */
  readonly keyword?: string;
}

interface ProblemExtras {
  readonly errors?: readonly FieldProblem[];
  /** Becomes the `Retry-After` header, in seconds. */
  readonly retryAfterSeconds?: number;
  /** Becomes the `WWW-Authenticate` header of a 401 (RFC 9110 §11.6.1). */
  readonly challenge?: string;
  readonly cause?: unknown;
}

export interface ProblemDefinition {
  /** Last part of `type`, stable: clients switch on it. */
  readonly slug: string;
  /** The same for every occurrence (RFC 9457 §3.1.3). */
  readonly title: string;
  readonly status: number;
}

/** An error that its cause outside can act on; rendered as RFC 9457 by the problem filter. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly definition: ProblemDefinition,
    readonly detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail, { cause: extras.cause });
  }
}

/** One line per kind of problem: `const workOrderNotFound = defineProblem({…}); throw workOrderNotFound('…')`. */
export function defineProblem(
  definition: ProblemDefinition,
): (detail: string, extras?: ProblemExtras) => Problem {
  return (detail, extras) => new Problem(definition, detail, extras);
}
