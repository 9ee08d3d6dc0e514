import { Identifier } from '../../fields/identifier';

export class DiscardRequest {
  @Identifier({
    max: 1000,
    description: 'Why it is not needed; kept with it',
    example: 'A test of the vendor',
  })
  reason: string;
}
