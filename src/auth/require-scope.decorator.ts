import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiProblem } from '../problems/api-problem.decorator';
import { REQUIRED_SCOPE, type Scope } from './scope';
import { ScopesGuard } from './scopes.guard';

/** The route is for callers whose bearer token has this scope. */
export function RequireScope(scope: Scope): ClassDecorator & MethodDecorator {
  return applyDecorators(
    SetMetadata(REQUIRED_SCOPE, scope),
    UseGuards(ScopesGuard),
    ApiBearerAuth('token'),
    ApiProblem(401, 'No bearer token, or not a valid one'),
    ApiProblem(403, `The token lacks the scope \`${scope}\``),
    ApiProblem(429, 'Too many requests; see `Retry-After`'),
    ApiProblem(503, 'The database or the issuer of tokens is away; ask again after `Retry-After`'),
  );
}
