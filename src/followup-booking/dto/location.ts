import { Flag } from '../../fields/flag';
import { ListOf, Nested } from '../../fields/nested';
import { Coordinate } from './coordinate';
import { FreeText } from './free-text';

class LocationAddress {
  @FreeText({ description: 'First line', example: '14 Rangiora Avenue' })
  AddrLine1?: string;

  @FreeText({ description: 'Second line', example: 'Fairfield' })
  AddrLine2?: string;

  @FreeText({ description: 'Third line' })
  AddrLine3?: string;

  @FreeText({ description: 'Fourth line' })
  AddrLine4?: string;

  @FreeText({ max: 50, description: 'System category of the address', example: '1001' })
  AddrType?: string;

  @FreeText({ description: 'City', example: 'Hamilton' })
  City?: string;

  @FreeText({ max: 100, description: 'Country', example: 'NZ' })
  Country?: string;

  @FreeText({ description: 'The nearest corner' })
  Intersection?: string;

  @Coordinate({ max: 90, description: 'Degrees north, WGS 84', example: '-37.7688' })
  Lat?: string | number;

  @Coordinate({ max: 180, description: 'Degrees east, WGS 84', example: '175.2721' })
  Lon?: string | number;

  @FreeText({ description: 'Region', example: 'Waikato' })
  Region?: string;

  @FreeText({ max: 50, description: 'Postcode', example: '3214' })
  Zip?: string;
}

class Phone {
  @FreeText({ max: 50, description: 'Number', example: '+64 21 555 0142' })
  PhoneNum?: string;

  @FreeText({ max: 50, description: 'System category of the telephone', example: '1001' })
  PhoneType?: string;
}

class LocationContact {
  @FreeText({ max: 254, description: 'E-mail address', example: 'aroha.ngata@example.co.nz' })
  Email?: string;

  @FreeText({ description: 'First name', example: 'Aroha' })
  FirstName?: string;

  @Flag({ optional: true, description: 'The one to call first', example: true })
  IsPrimary?: boolean;

  @FreeText({ description: 'Last name', example: 'Ngata' })
  LastName?: string;

  @ListOf(() => Phone, { optional: true, max: 20, description: 'Telephones' })
  Phones?: Phone[];
}

/** Where the work is (Account Location object). */
export class AccountLocation {
  @Nested(() => LocationAddress, { optional: true, description: 'Postal address' })
  Address?: LocationAddress;

  @ListOf(() => LocationContact, { optional: true, max: 50, description: 'Whom to call' })
  Contacts?: LocationContact[];

  @FreeText({ max: 254, description: 'E-mail address' })
  Email?: string;

  @FreeText({ max: 50, description: 'Language', example: 'en-NZ' })
  LanguageID?: string;

  @FreeText({ max: 100, description: 'Its number', example: 'LOC-3098817' })
  LocationNum?: string;

  @FreeText({ description: 'Its name', example: '14 Rangiora Avenue' })
  Name?: string;

  @FreeText({ max: 5000, description: 'How to get in, and what to beware of', example: 'Dog on site' })
  Notes?: string;

  @Flag({ optional: true, description: 'A purchase order is required', example: false })
  POReq?: boolean;

  @FreeText({
    max: 100,
    description: 'Whose calendar counts; the default area `*` when absent or empty',
    example: 'HAM-EAST',
  })
  ServiceAreaID?: string;

  @Flag({ optional: true, description: 'A signature is required', example: true })
  SigReq?: boolean;

  @FreeText({ max: 100, description: 'Where spare parts are kept' })
  StorageLocationID?: string;
}
