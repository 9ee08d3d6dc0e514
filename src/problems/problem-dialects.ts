import { Injectable } from '@nestjs/common';
import type { Problem } from './problem';

/** Adds the members that a partner's own interface document prescribes for its error body. */
export interface ProblemDialect {
  speaksTo(path: string): boolean;
  /** @param body of the request, as far as it could be read */
  members(problem: Problem, body: unknown): Record<string, unknown>;
}

/**
 * Features register the error body that their partner expects; its members stand in the same object as
 * those of RFC 9457. It is a registry, not a controller's filter, because errors that arise before a
 * controller is reached (a body too large, not JSON) have to speak the dialect as well.
 */
@Injectable()
export class ProblemDialects {
  private readonly dialects: ProblemDialect[] = [];

  register(dialect: ProblemDialect): void {
    this.dialects.push(dialect);
  }

  membersFor(path: string, problem: Problem, body: unknown): Record<string, unknown> {
    return this.dialects.find((dialect) => dialect.speaksTo(path))?.members(problem, body) ?? {};
  }
}
