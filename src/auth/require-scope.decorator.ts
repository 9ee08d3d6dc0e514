import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiProblem } from '../problems/api-problem.decorator';
import { RequireToken } from './require-token.decorator';
import { REQUIRED_SCOPE, type Scope } from './scope';

/** The route is for callers whose bearer token has this scope. */
export function RequireScope(scope: Scope): ClassDecorator & MethodDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_SCOPE, scope),
    RequireToken(),
    ApiProblem(403, `The token lacks the scope \`${scope}\``),
  );
}
