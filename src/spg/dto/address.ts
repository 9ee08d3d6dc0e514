import { Text } from '../../fields/text';

/** A postal address. */
export class Address {
  @Text({ max: 200, description: 'Number and street', example: '14 Rangiora Avenue' })
  line1: string;

  @Text({ min: 0, max: 200, optional: true, description: 'Flat, floor, building', example: 'Flat 2' })
  line2?: string;

  @Text({ min: 0, max: 100, optional: true, description: 'Suburb', example: 'Fairfield' })
  suburb?: string;

  @Text({ max: 100, description: 'City or town', example: 'Hamilton' })
  city: string;

  @Text({ min: 0, max: 20, optional: true, description: 'Postcode', example: '3214' })
  postcode?: string;

  @Text({ max: 100, description: 'Country, by name or code', example: 'NZ' })
  country: string;
}
