import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Caller } from './caller';

const callers = new WeakMap<Request, Caller>();

/** Remembers whom a guard has let in. */
export function letIn(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/** `@TheCaller() caller: Caller`: who sent the request. */
export const TheCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<Request>());
  if (!caller) throw new Error('a route that asks who is calling needs a guard that finds out');
  return caller;
});
