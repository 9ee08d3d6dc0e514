import { Email } from '../../fields/email';

export class EmailAddress {
  @Email({ description: 'Address', example: 'noc@example.co.nz' })
  email: string;
}
