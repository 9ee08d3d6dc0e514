import { ApiResponse } from '@nestjs/swagger';
import { ProblemBody } from './problem-body';

/** Documents an answer that is a problem (RFC 9457). */
export function ApiProblem(status: number, description: string): ClassDecorator & MethodDecorator {
  return ApiResponse({
    status,
    description,
    content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${ProblemBody.name}` } } },
  });
}
