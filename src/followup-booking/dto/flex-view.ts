import { Flag } from '../../fields/flag';
import { ListOf } from '../../fields/nested';
import { FreeText } from './free-text';

class FlexViewItem {
  @FreeText({ max: 100, description: 'Id of the item' })
  ID?: string;

  @FreeText({ description: 'What it is', example: 'Warranty until' })
  Label?: string;

  @FreeText({ max: 2000, description: 'Its value', example: '2027-06-30' })
  Value?: string;

  @Flag({ optional: true, description: 'To be removed', example: false })
  Delete?: boolean;
}

/** Named values in a group, to show and not to change (Flex Views object). */
export class FlexView {
  @FreeText({ max: 100, description: 'Id of the group' })
  ID?: string;

  @FreeText({ description: 'Name of the group', example: 'Warranty' })
  Title?: string;

  @ListOf(() => FlexViewItem, { optional: true, max: 200, description: 'The values' })
  Items?: FlexViewItem[];

  @Flag({ optional: true, description: 'To be removed', example: false })
  Delete?: boolean;
}
