import { Closed } from '../../fields/closed';
import { Email } from '../../fields/email';

@Closed()
export class EmailAddress {
  @Email({ description: 'Address', example: 'noc@example.co.nz' })
  email: string;
}
