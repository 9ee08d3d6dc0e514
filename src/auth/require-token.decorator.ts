import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiProblem } from '../problems/api-problem.decorator';
import { TokenGuard } from './token.guard';

/** The route is for everyone with a valid bearer token; it answers with what belongs to the token's party. */
export function RequireToken(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    UseGuards(TokenGuard),
    ApiBearerAuth('token'),
    ApiProblem(401, 'No bearer token, or not a valid one'),
    ApiProblem(429, 'Too many requests; see `Retry-After`'),
    ApiProblem(503, 'The database or the issuer of tokens is away; ask again after `Retry-After`'),
  );
}
