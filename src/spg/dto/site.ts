import { Identifier } from '../../fields/identifier';
import { Nested } from '../../fields/nested';
import { Decimal } from '../../fields/number';
import { Text } from '../../fields/text';
import { Address } from './address';

/** Where the work is. */
export class Site {
  @Identifier({ max: 100, optional: true, description: "TFF's id of the location", example: 'LOC-3098817' })
  locationId?: string;

  @Nested(() => Address, { description: 'Its postal address' })
  address: Address;

  @Decimal({ min: -90, max: 90, optional: true, description: 'Degrees north, WGS 84', example: -37.7688 })
  latitude?: number;

  @Decimal({ min: -180, max: 180, optional: true, description: 'Degrees east, WGS 84', example: 175.2721 })
  longitude?: number;

  @Text({
    min: 0,
    max: 2000,
    optional: true,
    description: 'How to get in, and what to beware of',
    example: 'Shared driveway. Dog on site, call first.',
  })
  accessNotes?: string;
}
