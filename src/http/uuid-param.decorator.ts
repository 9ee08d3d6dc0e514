import { Param } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { ApiProblem } from '../problems/api-problem.decorator';
import { UuidPipe } from './uuid.pipe';

/** `@UuidParam('id') id: string`: a UUID in the path, checked and documented. */
export function UuidParam(name: string, example = EXAMPLE): ParameterDecorator {
  return (target, key, index) => {
    if (key === undefined) throw new Error('a parameter of the path belongs to a method');
    Param(name, UuidPipe)(target, key, index);
    const descriptor = Object.getOwnPropertyDescriptor(target, key);
    if (!descriptor) throw new Error('a method has a descriptor');
    ApiProblem(400, `The ${name} is not a UUID`)(target, key, descriptor);
    ApiParam({ name, schema: { type: 'string', format: 'uuid', example } })(target, key, descriptor);
  };
}

const EXAMPLE = '497f6eca-6276-4993-bfeb-53cbbbba6f08';
