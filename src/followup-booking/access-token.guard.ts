import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { AccessTokens } from './access-tokens';

/** Lets in who presents a token that ServiceMobility or we have issued. */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  constructor(private readonly tokens: AccessTokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const presented = context.switchToHttp().getRequest<Request>().headers['x-access-token'];
    await this.tokens.verify(typeof presented === 'string' ? presented : undefined, new Date());
    return true;
  }
}
