import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { digestOf, isOneOf } from '../auth/same-secret';
import type { Config } from '../config';
import { CONFIG } from '../config.module';
import { unauthenticated } from '../problems/problems';

/** Lets in who presents one of the keys that are shared with the gateway. Several are valid while one is rotated. */
@Injectable()
export class SpgApiKeyGuard implements CanActivate {
  private readonly accepted: readonly Buffer[];

  constructor(@Inject(CONFIG) { spg }: Config) {
    this.accepted = spg.apiKeys.map(digestOf);
  }

  canActivate(context: ExecutionContext): boolean {
    const key = context.switchToHttp().getRequest<Request>().headers['x-api-key'];
    if (typeof key === 'string' && isOneOf(this.accepted, key)) return true;
    throw unauthenticated('Send the key that you were given in the header x-api-key.');
  }
}
