import { Identifier } from '../../fields/identifier';

/** What every notification says of its work order. */
export class WorkOrderReference {
  @Identifier({ max: 50, description: 'Work order number', example: 'WO-1048576' })
  wonum: string;
}
