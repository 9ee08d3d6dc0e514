import { Text } from '../../fields/text';

/** A named text: a purchase order number, the partner's own reference. */
export class NameValue {
  @Text({ max: 100, description: 'Name of the reference, unique in its work order', example: 'PO Number' })
  name: string;

  @Text({ min: 0, max: 5000, description: 'Value of the reference', example: '4500018293' })
  value: string;
}
