import { applyDecorators, UseGuards } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { ApiProblem } from '../problems/api-problem.decorator';
import { AccessTokenGuard } from './access-token.guard';

/** The route is for ServiceMobility. */
export function RequireAccessToken(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    UseGuards(AccessTokenGuard),
    ApiSecurity('followup-token'),
    ApiProblem(401, '`Invalid Logon.`: no token, or not a valid one'),
    ApiProblem(429, 'Too many requests; see `Retry-After`'),
    ApiProblem(503, 'The database is away; ask again after `Retry-After`'),
  );
}
