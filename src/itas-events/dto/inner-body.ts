import { Identifier } from '../../fields/identifier';
import { ListOf } from '../../fields/nested';
import { AdditionalParameter } from './additional-parameter';

/** `InnerBody`: what the templates have in common. */
export abstract class InnerBody {
  @Identifier({ max: 100, description: 'Trading entity', example: 'qa' })
  TradingEntity: string;

  @ListOf(() => AdditionalParameter, {
    optional: true,
    description: 'What the topic adds: see `GET /itas-events/topics`',
  })
  AdditionalParameters?: AdditionalParameter[] | null;
}
