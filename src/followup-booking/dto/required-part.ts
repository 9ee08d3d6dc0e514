import { Flag } from '../../fields/flag';
import { Identifier } from '../../fields/identifier';
import { ListOf, Nested } from '../../fields/nested';
import { Decimal } from '../../fields/number';
import { DateOrBlank } from './date-or-blank';
import { FreeText } from './free-text';

const QUANTITY = { min: 0, max: 1_000_000, optional: true, description: 'How many', example: 1 } as const;

class ProductAttributes {
  @FreeText({ max: 2000, description: 'What it is', example: 'Optical network terminal' })
  Desc?: string;

  @Flag({ optional: true, description: 'Comes in batches', example: false })
  IsBatch?: boolean;

  @Flag({ optional: true, description: 'Its stock is counted', example: false })
  IsInvCtrl?: boolean;

  @Flag({ optional: true, description: 'Has serial numbers', example: true })
  IsSerialized?: boolean;

  @FreeText({ max: 50, description: 'System category of the product', example: '1001' })
  ProdType?: string;
}

/** What may come in place of a part. */
class SupersededPart {
  @FreeText({ max: 100, description: 'Product number', example: 'ONT-G010' })
  ProdNum?: string;

  @FreeText({ description: 'Its status in words' })
  PartStatus?: string;

  @Nested(() => ProductAttributes, { optional: true, description: 'The product' })
  ProdAttrs?: ProductAttributes;

  @Decimal(QUANTITY)
  Qty?: number;
}

/** A part that the visit needs (Required Part object). */
export class RequiredPart {
  @DateOrBlank({ description: 'When it is expected' })
  EstimatedDelivery?: string;

  @FreeText({ max: 100, description: 'Number of its order, when it is ordered already' })
  PartOrderNum?: string;

  @FreeText({ description: 'Its status in words', example: 'To be ordered' })
  PartStatus?: string;

  @Decimal({ min: 0, max: 1e9, optional: true, description: 'Price', example: 129.5 })
  Price?: number;

  @Nested(() => ProductAttributes, { optional: true, description: 'The product' })
  ProdAttrs?: ProductAttributes;

  @Identifier({ max: 100, description: 'Product number', example: 'ONT-G010-P' })
  ProdNum: string;

  @Decimal(QUANTITY)
  Qty?: number;

  /** With the colon that it has in the published sample of Book Job. */
  @Decimal({ ...QUANTITY, description: 'How many, as the published sample spells it' })
  'Qty:'?: number;

  @FreeText({ max: 100, description: 'Where it is to be sent', example: '1001' })
  ShipToLocation?: string;

  @ListOf(() => SupersededPart, { optional: true, max: 100, description: 'What may come in its place' })
  SupersededParts?: SupersededPart[];

  @FreeText({ max: 2000, description: 'What may come in its place, in words' })
  SupersededPartsDesc?: string;

  @FreeText({ max: 50, description: 'System category of the urgency', example: '1001' })
  Urgency?: string;

  @Flag({ optional: true, description: 'It is taken away, so it does not count', example: false })
  Delete?: boolean;
}
