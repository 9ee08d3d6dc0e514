import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { forbidden } from '../problems/problems';
import { BearerTokens } from './bearer-tokens';
import { letIn } from './caller.decorator';
import { REQUIRED_SCOPE, type Scope } from './scope';

/** Lets in who presents a valid bearer token, with the scope of the route if it asks for one. */
@Injectable()
export class TokenGuard implements CanActivate {
  constructor(
    private readonly tokens: BearerTokens,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const caller = await this.tokens.verify(request.headers.authorization);
    const places = [context.getHandler(), context.getClass()];
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, places);
    if (scope && !caller.scopes.has(scope)) throw forbidden(`This needs the scope "${scope}".`);
    letIn(request, caller);
    return true;
  }
}
