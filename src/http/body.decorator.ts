import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { readJsonBody, type ReceivedBody } from './json-body';

const received = (context: ExecutionContext): Promise<ReceivedBody> =>
  readJsonBody(context.switchToHttp().getRequest<Request>());

/** `@WholeBody() body: ReceivedBody`: the body with its bytes, which is read only once the sender is let in. */
export const WholeBody = createParamDecorator((_: unknown, context: ExecutionContext) => received(context));

/** `@JsonBody(validBody(…)) request: …`: what the body says, which is read only once the sender is let in. */
export const JsonBody = createParamDecorator(
  async (_: unknown, context: ExecutionContext) => (await received(context)).value,
);
