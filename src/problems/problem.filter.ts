import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { LOGGER } from '../config.module';
import type { Problem } from './problem';
import { ProblemDialects } from './problem-dialects';
import { problemMembers } from './problem-members';
import { toProblem } from './to-problem';

/** Renders every error as `application/problem+json` (RFC 9457). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly dialects: ProblemDialects,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblem(error);
    response.locals['problem'] = problem.definition.slug; // for the access log
    if (problem.definition.status >= 500) this.log(problem, response);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { retryAfterSeconds, challenge } = problem.extras;
    if (challenge !== undefined) response.setHeader('WWW-Authenticate', challenge);
    if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
    response
      .status(problem.definition.status)
      .type('application/problem+json')
      .send(JSON.stringify(this.render(problem, request)));
  }

  private render(problem: Problem, request: Request): Record<string, unknown> {
    return {
      ...problemMembers(problem),
      instance: request.path,
      ...this.dialects.membersFor(request.path, problem, request.body),
    };
  }

  private log(problem: Problem, response: Response): void {
    const transactionId = response.getHeader('X-Transaction-Id');
    const level = problem.definition.status === 503 ? 'warn' : 'error';
    this.logger[level]({ transactionId, err: problem.extras.cause ?? problem }, problem.definition.title);
  }
}
