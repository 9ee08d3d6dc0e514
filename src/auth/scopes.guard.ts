import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { forbidden } from '../problems/problems';
import { BearerTokens } from './bearer-tokens';
import { REQUIRED_SCOPE, type Scope } from './scope';

/** Lets in who presents a valid bearer token that has the scope of the route. */
@Injectable()
export class ScopesGuard implements CanActivate {
  constructor(
    private readonly tokens: BearerTokens,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const caller = await this.tokens.verify(request.headers.authorization);
    const scope = this.reflector.getAllAndOverride<Scope>(REQUIRED_SCOPE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!caller.scopes.has(scope)) throw forbidden(`This needs the scope "${scope}".`);
    return true;
  }
}
