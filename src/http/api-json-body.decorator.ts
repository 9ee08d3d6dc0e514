import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiExtraModels, getSchemaPath } from '@nestjs/swagger';
import { ApiProblem } from '../problems/api-problem.decorator';

interface Options {
  readonly required?: boolean;
  /** One, or a list of them. */
  readonly orList?: boolean;
  /** Of what can be sent as it stands. Default: what the members' own examples make. */
  readonly example?: object;
}

/** Documents a JSON body and the ways in which one can be refused. */
export function ApiJsonBody(
  type: Type<object>,
  { required = true, orList = false, example }: Options = {},
): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(type),
    ApiBody({
      required,
      schema: orList ? oneOrList(type) : { $ref: getSchemaPath(type) },
      ...(example && { examples: { example: { value: example } } }),
    }),
    ApiProblem(400, 'It is not JSON, or not as it should be: see errors. Nothing was changed'),
    ApiProblem(413, 'The body is too large'),
    ApiProblem(415, 'The body is not application/json in UTF-8'),
  );
}

/** Schema of one object, or of a list of them. */
export function oneOrList(type: Type<object>) {
  const one = { $ref: getSchemaPath(type) };
  return { oneOf: [one, { type: 'array', items: one }] };
}
