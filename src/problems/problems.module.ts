import { Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ProblemDialects } from './problem-dialects';
import { ProblemFilter } from './problem.filter';

@Global()
@Module({
  providers: [ProblemDialects, { provide: APP_FILTER, useClass: ProblemFilter }],
  exports: [ProblemDialects],
})
export class ProblemsModule {}
