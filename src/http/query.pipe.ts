import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { invalidQuery } from './invalid-query';

/**
 * Nest's validation, for queries: these are flat. Bodies are left to their own pipe (`validBody`), which points into
 * them and which no depth can bring to overflow.
 */
export class QueryPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      // A filter that is misspelt would find everything.
      whitelist: true,
      forbidNonWhitelisted: true,
      transformOptions: { exposeUnsetFields: false }, // so that the defaults of absent ones stand
      exceptionFactory: invalidQuery,
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    return metadata.type === 'query' ? super.transform(value, metadata) : Promise.resolve(value);
  }
}
